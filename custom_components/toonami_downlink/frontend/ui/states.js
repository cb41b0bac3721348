// @ts-check
import { html, nothing } from "../vendor/lit-html/lit-html.js";
import { onLink } from "../lib/dom.js";
import { icon, signalBars } from "../lib/icons.js";
import { lookOf } from "../model/health.js";

/** @import {Context} from "../lib/context.js" */
/** @import {Condition} from "../model/health.js" */
/** @import {Overview} from "../model/types.js" */

export const ADD_PATH = "/config/integrations/dashboard/add?domain=toonami_downlink";
export const SETTINGS_PATH = "/config/integrations/integration/toonami_downlink";

/**
 * The shape of what is about to come.
 *
 * @param {string} label
 */
export function skeleton(label) {
  const widths = [
    [2, 3, 2, 4],
    [4, 2, 3, 2],
    [3, 3, 1, 4],
    [1, 4, 3, 3],
    [5, 6],
    [8, 3],
    [11],
  ];
  return html`<div class="skeleton" role="status" aria-label=${label} aria-busy="true">
    <div class="bone screen-bone"></div>
    ${widths.map(
      (row) => html`<div class="line">
        <div class="bone label"></div>
        ${row.map((part) => html`<div class="bone" style="flex-grow:${part}"></div>`)}
      </div>`,
    )}
  </div>`;
}

/**
 * Nothing was ever published: what happens now, and a button.
 *
 * @param {Context} context
 * @param {Overview} overview
 * @param {{isBusy: boolean, refresh: () => void}} action
 */
export function noSignal({ clock, text, isAdmin }, overview, { isBusy, refresh }) {
  const isRunning = overview.refreshing || isBusy;
  return html`<section class="state" aria-labelledby="state">
    <div class="bars ${isRunning ? "busy" : ""}">${signalBars(isRunning ? 3 : 0)}</div>
    <h2 id="state">${text.get(isRunning ? "state.first.title" : "state.no_signal.title")}</h2>
    <p role="status">
      ${isRunning ? text.get("state.first.text") : whatHappened({ clock, text }, overview)}
    </p>
    ${isAdmin && !isRunning
      ? html`<div class="actions">
          <button class="button main" @click=${refresh}>${icon("refresh")} ${text.get("refresh.now")}</button>
          <a class="button" href=${SETTINGS_PATH} @click=${onLink}>${icon("settings")} ${text.get("settings")}</a>
        </div>`
      : nothing}
  </section>`;
}

/** @param {Pick<Context, "clock" | "text">} context @param {Overview} overview */
function whatHappened({ clock, text }, { error, next_refresh: next }) {
  const parts = [
    error && text.first([`error.${error}`, "error.unexpected"]),
    error && text.first([`fix.${error}`, "fix.unexpected"]),
    next && text.get("state.next_try", { time: clock.relative(next, Date.now() / 1000) }),
  ];
  return parts.filter(Boolean).join(" ");
}

/** @param {Context} context */
export function notSetUp({ text, isAdmin }) {
  return html`<section class="state" aria-labelledby="state">
    <div class="bars">${signalBars(0)}</div>
    <h2 id="state">${text.get("state.not_loaded.title")}</h2>
    <p>${text.get(isAdmin ? "state.not_loaded.text" : "state.not_loaded.ask")}</p>
    ${isAdmin
      ? html`<div class="actions">
          <a class="button main" href=${ADD_PATH} @click=${onLink}>${text.get("state.not_loaded.add")}</a>
          <a class="button" href=${SETTINGS_PATH} @click=${onLink}>${text.get("settings")}</a>
        </div>`
      : nothing}
  </section>`;
}

/**
 * What everybody has to know on every page; nothing when all is well.
 *
 * @param {Context} context
 * @param {Condition} condition
 * @param {Overview | undefined} overview
 */
export function banner({ clock, text, isAdmin }, condition, overview) {
  if (condition === "offline") {
    return html`<div class="banner alert" role="alert">
      ${icon("offline")}
      <p>${text.get("state.offline")}</p>
    </div>`;
  }
  if (!overview || (condition !== "signal_lost" && condition !== "stale")) return nothing;
  const time = Date.now() / 1000;
  const made = overview.made ? clock.dayAndTime(overview.made, time) : "";
  const parts = [
    condition === "stale"
      ? text.get("state.stale")
      : text.first([`error.${overview.error}`, "error.unexpected"]),
    text.get("state.still_served", { time: made }),
    overview.next_refresh
      ? text.get("state.next_try", { time: clock.relative(overview.next_refresh, time) })
      : "",
  ];
  return html`<div class="banner ${lookOf(condition).tone}" role="status">
    ${icon("warn")}
    <p>${parts.filter(Boolean).join(" ")}</p>
    ${isAdmin
      ? html`<a class="button" href="/toonami-downlink/status" @click=${onLink}>
          ${text.get("state.details")}
        </a>`
      : nothing}
  </div>`;
}

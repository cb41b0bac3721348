// @ts-check
import { html, nothing } from "../vendor/lit-html/lit-html.js";
import { css } from "../lib/element.js";
import { onLink } from "../lib/dom.js";
import { icon, signalBars } from "../lib/icons.js";
import { lookOf } from "../model/health.js";

/**
 * @typedef {import("../lib/context.js").Context} Context
 * @typedef {import("../model/types.js").Overview} Overview
 */

export const ADD_PATH = "/config/integrations/dashboard/add?domain=toonami_downlink";
export const SETTINGS_PATH = "/config/integrations/integration/toonami_downlink";

export const statesSheet = css`
  .state {
    display: grid;
    justify-items: center;
    align-content: center;
    gap: 12px;
    flex: 1;
    padding: 32px 24px;
    text-align: center;
  }
  .state .bars {
    color: var(--tdl-dim);
    transform: scale(2.4);
    margin: 16px;
  }
  .state .bars.busy {
    color: var(--tdl-signal);
    animation: seek 1.2s ease-in-out infinite;
  }
  @keyframes seek {
    50% {
      opacity: 0.35;
    }
  }
  .state h2 {
    font-size: 20px;
    font-weight: 600;
  }
  .state p {
    max-width: 56ch;
    color: var(--tdl-dim);
  }
  .state .actions {
    display: flex;
    flex-wrap: wrap;
    justify-content: center;
    gap: 8px;
    margin-top: 8px;
  }
  .banner {
    display: flex;
    align-items: center;
    gap: 12px;
    padding: 8px 16px;
    background: var(--tdl-hull);
    border-bottom: 1px solid var(--tdl-line);
    border-inline-start: 3px solid currentcolor;
  }
  .banner p {
    color: var(--tdl-text);
    flex: 1;
  }
  .banner .button {
    min-height: 36px;
    flex: none;
  }
  .warn {
    color: var(--tdl-warn);
  }
  .alert {
    color: var(--tdl-alert);
  }
  .skeleton {
    flex: 1;
    padding: 16px;
    display: grid;
    align-content: start;
    gap: 2px;
    overflow: hidden;
  }
  .skeleton .screen-bone {
    height: 148px;
    margin-bottom: 12px;
    border-radius: 10px;
  }
  .skeleton .line {
    display: flex;
    gap: 2px;
    height: 62px;
  }
  .bone {
    flex: 1;
    background: var(--tdl-hull);
    animation: tuning 1.6s ease-in-out infinite;
  }
  .bone.label {
    flex: 0 0 220px;
    background: var(--tdl-deck);
  }
  @media (max-width: 700px) {
    .bone.label {
      flex-basis: 64px;
    }
    .banner {
      flex-wrap: wrap;
    }
  }
  @keyframes tuning {
    50% {
      opacity: 0.45;
    }
  }
`;

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
  const why = overview.error ? text.first([`error.${overview.error}`, "error.unexpected"]) : "";
  return html`<section class="state" aria-labelledby="state">
    <div class="bars ${isRunning ? "busy" : ""}">${signalBars(isRunning ? 3 : 0)}</div>
    <h2 id="state">${text.get(isRunning ? "state.first.title" : "state.no_signal.title")}</h2>
    ${isRunning
      ? html`<p role="status">${text.get("state.first.text")}</p>`
      : html`<p role="status">
          ${why} ${overview.error ? text.first([`fix.${overview.error}`, "fix.unexpected"]) : ""}
          ${overview.next_refresh
            ? text.get("state.next_try", { time: clock.relative(overview.next_refresh, Date.now() / 1000) })
            : nothing}
        </p>`}
    ${isAdmin && !isRunning
      ? html`<div class="actions">
          <button class="button main" @click=${refresh}>${icon("refresh")} ${text.get("refresh.now")}</button>
          <a class="button" href=${SETTINGS_PATH} @click=${onLink}>${icon("settings")} ${text.get("settings")}</a>
        </div>`
      : nothing}
  </section>`;
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
 * @param {import("../model/health.js").Condition} condition
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

// @ts-check
import { html, nothing } from "../vendor/lit-html/lit-html.js";
import { onLink } from "../lib/dom.js";
import { icon } from "../lib/icons.js";
import { timestamp } from "../model/chain.js";
import { SETTINGS_PATH } from "./states.js";

/** @import {Context} from "../lib/context.js" */
/** @import {Status} from "../model/types.js" */

/** Errors that the settings can do something about. */
const IN_SETTINGS = new Set(["provider_command_missing", "provider_failed", "provider_timed_out", "usage"]);

/**
 * What went wrong last, what still works, what to do.
 *
 * @param {Context} context
 * @param {Status} status
 */
export function problem({ text }, status) {
  const run = status.last_error;
  if (!run?.error) return nothing;
  return html`<section class="card problem" aria-labelledby="problem">
    ${icon("fail", 24)}
    <h2 id="problem">${text.first([`error.${run.error}`, "error.unexpected"])}</h2>
    <p>${text.first([`fix.${run.error}`, "fix.unexpected"])}</p>
    ${run.message ? html`<code dir="auto">${run.message}</code>` : nothing}
    <div class="buttons">
      ${IN_SETTINGS.has(run.error)
        ? html`<a class="button" href=${SETTINGS_PATH} @click=${onLink}>
            ${icon("settings")} ${text.get("settings")}
          </a>`
        : nothing}
      <a class="button" href="/config/repairs" @click=${onLink}>${text.get("repairs")}</a>
    </div>
  </section>`;
}

/**
 * @param {string} title
 * @param {Record<string, number>} counts
 * @param {(key: string) => string} name
 */
function counts(title, counts, name) {
  const list = Object.entries(counts).filter(([, count]) => count);
  if (!list.length) return nothing;
  return html`<h3 class="subhead">${title}</h3>
    <dl class="facts">
      ${list.map(([key, count]) => html`<dt>${name(key)}</dt><dd>${count.toLocaleString()}</dd>`)}
    </dl>`;
}

/**
 * What the last refresh that worked brought, and what it mended.
 *
 * @param {Context} context
 * @param {Status} status
 */
export function lastRun({ text }, { feed }) {
  if (!feed) return nothing;
  const language = text.language;
  const number = (/** @type {number} */ value) => value.toLocaleString(language);
  return html`<section class="card">
    <h2>${text.get("report.title")}</h2>
    <dl class="facts">
      <dt>${text.get("report.channels")}</dt><dd>${number(feed.channels)}</dd>
      <dt>${text.get("report.programmes")}</dt><dd>${number(feed.programmes)}</dd>
      <dt>${text.get("report.filler")}</dt><dd>${number(feed.filler)}</dd>
    </dl>
    ${counts(text.get("report.sources"), feed.sources, (key) => text.get(`source.${key}`))}
    ${counts(text.get("report.repairs"), feed.repairs, (key) => text.get(`repair.${key}`))}
  </section>`;
}

/**
 * The two files that are published.
 *
 * @param {Context} context
 * @param {Status} status
 */
export function files({ clock, text }, { feed }) {
  if (!feed) return nothing;
  const made = timestamp(feed.made) ?? 0;
  return html`<section class="card">
    <h2>${text.get("files.title", { number: feed.generation })}</h2>
    <ul class="files">
      ${feed.artifacts.map(
        ({ name, size, sha256 }) => html`<li>
          <b>${name}</b><span class="times">${sizeOf(size, text.language)}</span>
          <code>sha256 ${sha256}</code>
        </li>`,
      )}
    </ul>
    <p class="dim" style="margin-top:12px">
      ${text.get("files.made", { time: clock.dayAndTime(made, Date.now() / 1000) })}
    </p>
  </section>`;
}

/** @param {number} bytes @param {string} language */
export function sizeOf(bytes, language) {
  const [value, unit] = bytes < 1_000_000 ? [bytes / 1000, "kilobyte"] : [bytes / 1e6, "megabyte"];
  return value.toLocaleString(language, { style: "unit", unit, maximumFractionDigits: 1 });
}

/**
 * What runs here, and in which version.
 *
 * @param {Context} context
 * @param {Status} status
 * @param {unknown} tools
 */
export function versions({ text }, { version, provider, refresh, streams }, tools) {
  return html`<section class="card">
    <h2>${text.get("versions.title")}</h2>
    <dl class="facts">
      <dt>Toonami Downlink</dt><dd>${version}</dd>
      <dt>${text.get(`provider.${provider.kind}`)}</dt>
      <dd>${provider.version ?? text.get("versions.unknown")}</dd>
      <dt>${text.get("versions.schedule")}</dt><dd class="mono">${refresh.schedule}</dd>
      <dt>${text.get("versions.streams")}</dt><dd>${streams.active} / ${streams.max}</dd>
      <dt>ffmpeg</dt>
      <dd>${text.get(streams.has_ffmpeg ? "versions.there" : "versions.missing")}</dd>
    </dl>
    ${tools}
  </section>`;
}

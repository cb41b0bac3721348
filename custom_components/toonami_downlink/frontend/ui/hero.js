// @ts-check
import { html, nothing } from "../vendor/lit-html/lit-html.js";
import { icon } from "../lib/icons.js";
import { progressOf } from "../model/grid.js";
import { episodeLine, known } from "../model/programme.js";
import { picture } from "./picture.js";

/** @import {Context} from "../lib/context.js" */
/** @import {Channel, Details} from "../model/types.js" */

/**
 * The picture on air, and what there is to say about it.
 *
 * @param {Context} context
 * @param {Channel} channel
 * @param {number} time
 * @param {(() => void) | undefined} open - shows the details
 */
export function hero(context, channel, time, open) {
  const current = known(channel.now);
  return html`<section class="hero" aria-label=${context.t("guide.on_air_at", { name: channel.name })}>
    <div class="screen">
      <div class="fallback"><img src=${channel.logo} width="96" height="96" alt="" /></div>
      ${picture(current?.image)}
    </div>
    <div class="words">
      <p class="over">
        <span class="badge">● ${context.t("guide.on_air")}</span>
        <span class="dim" dir="auto">${channel.number} · ${channel.name}</span>
      </p>
      ${current ? words(context, channel, current, time, open) : unknown(context, channel)}
    </div>
  </section>`;
}

/** @param {Context} context @param {Channel} channel */
function unknown({ text }, channel) {
  return html`<h2 dir="auto">${channel.name}</h2>
    <p class="dim">${text.get("guide.nothing_known")}</p>`;
}

/**
 * @param {Context} context
 * @param {Channel} channel
 * @param {Details} current
 * @param {number} time
 * @param {(() => void) | undefined} open
 */
function words({ clock, text }, channel, current, time, open) {
  const line = episodeLine(current, current.episode_title, text);
  const minutes = Math.max(1, Math.round((current.stop - time) / 60));
  const next = known(channel.next);
  return html`<h2 dir="auto">${current.title}</h2>
    ${line ? html`<p class="episode" dir="auto">${line}</p>` : nothing}
    <p class="bar times">
      <span>${clock.time(current.start)}–${clock.time(current.stop)}</span>
      <span class="meter" style="--part:${progressOf(current, time)}"><i></i></span>
      <span>${text.get("guide.left", { count: minutes })}</span>
    </p>
    ${next
      ? html`<p class="next times" dir="auto">
          ${text.get("guide.next", { time: clock.time(next.start), title: next.title })}
        </p>`
      : nothing}
    ${open
      ? html`<button class="button main" @click=${open}>${icon("play")} ${text.get("guide.watch")}</button>`
      : nothing}`;
}

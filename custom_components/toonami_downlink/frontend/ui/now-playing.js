// @ts-check
import { html, nothing } from "../vendor/lit-html/lit-html.js";
import { now } from "../lib/context.js";
import { progressOf } from "../model/grid.js";
import { known } from "../model/programme.js";

/** @import {Context} from "../lib/context.js" */
/** @import {Channel} from "../model/types.js" */

/**
 * How far a programme is, as a meter.
 *
 * @param {{start: number, stop: number}} programme
 */
export const meter = (programme) =>
  html`<span class="meter" style="--part:${progressOf(programme, now())}"><i></i></span>`;

/** @param {Context} context */
export const onAir = ({ text }) => html`<span class="badge">● ${text.get("guide.on_air")}</span>`;

/**
 * What comes next on a channel, in a line; empty when nobody knows.
 *
 * @param {Context} context
 * @param {Channel} channel
 */
export function nextLine({ clock, text }, channel) {
  const next = known(channel.next);
  return next ? text.get("guide.next", { time: clock.time(next.start), title: next.title }) : "";
}

/**
 * A line of text; nothing when it is empty.
 *
 * @param {string | null | undefined} text
 * @param {string} kind - the CSS classes
 */
export const line = (text, kind) =>
  text ? html`<span class="line ${kind}" dir="auto">${text}</span>` : nothing;

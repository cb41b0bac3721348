import { html, icon, nothing, now, watchHere } from "../lib/index.js";
import { progressOf } from "../model/grid.js";
import { known } from "../model/programme.js";

/** A meter of how far a programme is. @param {Times} programme */
export const meter = (programme) =>
	html`<span class="meter" style="--part:${progressOf(programme, now())}"><i></i></span>`;

/** A badge. @param {Context} context */
export const onAir = ({ t }) => html`<span class="badge">● ${t("guide.on_air")}</span>`;

/**
 * What comes next on a channel, in a line; empty when that is not known.
 * @param {Context} context @param {Channel} channel
 */
export function nextLine({ clock, t }, channel) {
	const next = known(channel.next);
	return next ? t("guide.next", { time: clock.time(next.start), title: next.title }) : "";
}

/**
 * A line of text; nothing when it is empty.
 * @param {string | null | undefined} text @param {string} kind
 */
export const line = (text, kind) =>
	text ? html`<span class="line ${kind}" dir="auto">${text}</span>` : nothing;

/**
 * The button that puts a channel on the television; nothing for those who may not watch.
 * @param {Context} context @param {Channel} channel
 */
export const watchButton = ({ mayWatch, t }, { number }) =>
	mayWatch
		? html`<button class="button main" @click=${(/** @type {Event} */ event) => watchHere(event, number)}>
				${icon("play")} ${t("guide.watch")}
			</button>`
		: nothing;

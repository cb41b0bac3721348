import { html, icon, now } from "../lib/index.js";

/** @param {Context} context @param {number | null} number */
export const channelOf = ({ store }, number) =>
	store.loaded?.channels.find((channel) => channel.number === number);

/**
 * Why something cannot be recorded, and the button that records another showing.
 * @param {Context} context @param {string} why @param {FollowedAiring | null} instead
 * @param {(instead: FollowedAiring) => void} take
 */
export function wayOut(context, why, instead, take) {
	const { clock, mayWatch, t } = context;
	if (!instead) return html`<p>${why} ${t("rec.no_instead")}</p>`;
	const channel = channelOf(context, instead.channel)?.name ?? "";
	const time = clock.dayAndTime(instead.start, now());
	return html`<p>${why} ${t("rec.instead", { time, channel })}</p>
		${mayWatch
			? html`<button class="button" @click=${() => take(instead)}>
					${icon("record")} ${t("rec.take", { time, channel })}
				</button>`
			: ""}`;
}

/**
 * Record another showing, and no more the one that finds no place.
 * @param {Store} store @param {string} id @param {{channel: number, start: number}} instead
 */
export async function takeInstead(store, id, { channel, start }) {
	const answer = await store.request("recordings/record", { channel, start });
	// Of the same airing on the other coast it is the same recording, moved.
	if (answer.id !== id) await store.request("recordings/cancel", { recording: id });
}

/** How the page of recordings puts them in order, and words for each. */

import { DAY, offsetAt } from "./time.js";

/** So many holes are named by their time. */
const NAMED = 3;

/** How a recording can be that is over. */
const DONE = ["complete", "interrupted", "failed"];

/**
 * Sort recordings: what is recorded now and what is planned, the soonest first, and what is done.
 * @param {Iterable<Recording>} recordings
 */
export function sections(recordings) {
	const all = [...recordings].sort((a, b) => a.start - b.start);
	const of = (/** @type {RecordingPhase} */ state) => all.filter((one) => one.state === state);
	return {
		now: of("recording"),
		planned: of("planned"),
		shows: byShow(all.filter(({ state }) => DONE.includes(state))),
	};
}

/**
 * Group what is done by show: the show with the newest recording first, and so within it.
 * @param {Recording[]} done - the oldest first
 * @returns {{key: string, title: string, items: Recording[], size: number}[]}
 */
function byShow(done) {
	/** @type {Map<string, {key: string, title: string, items: Recording[], size: number}>} */
	const shows = new Map();
	for (const one of [...done].reverse()) {
		const key = one.title.trim().toLowerCase();
		const show = shows.get(key) ?? { key, title: one.title, items: [], size: 0 };
		show.items.push(one);
		show.size += one.size;
		shows.set(key, show);
	}
	return [...shows.values()];
}

/** Return whether there is something to play. @param {RecordingMark | undefined} recording */
export const canPlay = (recording) =>
	Boolean(recording && ["recording", "complete", "interrupted"].includes(recording.state));

/**
 * Say how much is missing and when; empty for nothing.
 * @param {Pick<Recording, "gaps" | "missing">} recording @param {Pick<Context, "clock" | "t" | "text">} context
 */
export function missingWords({ gaps, missing }, { clock, t, text }) {
	if (!gaps.length) return "";
	const times = gaps.slice(0, NAMED).map(([start]) => clock.time(start));
	const rest = gaps.length - times.length;
	if (rest > 0) times.push(t("rec.more_times", { count: rest }));
	const written = new Intl.ListFormat(text.language).format(times);
	const isShort = missing < 60;
	const count = isShort ? Math.ceil(missing) : Math.round(missing / 60);
	return t(isShort ? "rec.missing_seconds" : "rec.missing_minutes", { count, times: written });
}

/**
 * Say how a recording is, in words: `Interrupted (3 min missing at 21:14)`.
 * @param {Recording} recording @param {Pick<Context, "clock" | "t" | "text">} context
 */
export function stateWords(recording, context) {
	const { state, reason } = recording;
	const { t, text } = context;
	if (state === "planned" && reason === "left_guide") return t("rec.left_guide");
	const missing = missingWords(recording, context);
	const word = missing ? t("rec.with_holes", { state: t(`rec.state.${state}`), missing }) : t(`rec.state.${state}`);
	const isToBeSaid = reason && (state === "interrupted" || state === "failed");
	return isToBeSaid ? `${word}: ${text.first([`rec.reason.${reason}`, "rec.reason.unknown"])}` : word;
}

/**
 * Return which part of the quota is used, from 0 to 1; 0 without a quota.
 * @param {Space} space
 */
export const usedPart = ({ used, quota }) => (quota > 0 ? Math.min(used / quota, 1) : 0);

/**
 * Return why a planned recording will not happen as it is.
 * @param {Recordings<Recording>} recordings @param {string} id
 * @returns {{titles: string[], instead: FollowedAiring | null} | undefined}
 */
export function conflictOf({ conflicts, items }, id) {
	const found = conflicts.find((one) => one.id === id);
	if (!found) return undefined;
	const titles = found.with.map((other) => items.get(other)?.title ?? "").filter(Boolean);
	return { titles, instead: found.instead };
}

/**
 * Write the days of a rule, or nothing for all of them.
 * @param {number[]} days - 0 is Monday @param {Clock} clock
 */
export const daysOf = (days, clock) => (days.length === 7 ? "" : days.map((day) => weekday(day, clock)).join(", "));

/** A Monday at noon, in UTC. */
const MONDAY = Date.UTC(2024, 0, 8, 12) / 1000;

/** Write a day of the week. @param {number} day - 0 is Monday @param {Clock} clock */
export function weekday(day, clock) {
	const noon = MONDAY + day * DAY;
	return clock.weekday(noon - offsetAt(noon, clock.zone));
}

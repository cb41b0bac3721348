/** How *My shows* puts what is followed in order. */

import { HOUR, startOfDay } from "./time.js";

/** Until then (seconds after midnight) it is still the evening before. */
export const DAWN = 6 * HOUR;

/**
 * Return the showings that are to be seen and not over, by the day on which they begin; what begins before dawn
 * belongs to the evening before.
 * @param {FollowedShowing[]} showings - the soonest first @param {number} now @param {string} zone
 * @returns {{day: number, showings: FollowedShowing[]}[]}
 */
export function byNight(showings, now, zone) {
	/** @type {{day: number, showings: FollowedShowing[]}[]} */
	const nights = [];
	const waiting = showings.filter(({ seen }) => !seen).map((one) => upcoming(one, now));
	for (const showing of waiting.filter((one) => one !== undefined)) {
		const day = startOfDay(showing.airing.start - DAWN, zone);
		const last = nights.at(-1);
		if (last?.day === day) last.showings.push(showing);
		else nights.push({ day, showings: [showing] });
	}
	return nights;
}

/**
 * Return a showing with the first airing that is not over; undefined when all are.
 * @param {FollowedShowing} showing @param {number} now
 */
function upcoming({ airing, others, ...rest }, now) {
	const [first, ...later] = [airing, ...others].filter(({ stop }) => stop > now);
	return first && { ...rest, airing: first, others: later };
}

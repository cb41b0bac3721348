/** How *My shows* puts what is followed in order. */

import { HOUR, startOfDay } from "./time.js";

/** Until then (seconds after midnight) it is still the evening before. */
export const DAWN = 6 * HOUR;

/**
 * Return the showings that are to be seen and not over, by the day on which they begin; what begins before dawn
 * belongs to the evening before.
 * @param {FollowedShowing[]} showings @param {number} now @param {string} zone
 * @returns {{day: number, showings: FollowedShowing[]}[]}
 */
export function byNight(showings, now, zone) {
	/** @type {{day: number, showings: FollowedShowing[]}[]} */
	const nights = [];
	for (const showing of inOrder(showings.filter(({ seen }) => !seen), now)) {
		const day = startOfDay(showing.airing.start - DAWN, zone);
		const last = nights.at(-1);
		if (last?.day === day) last.showings.push(showing);
		else nights.push({ day, showings: [showing] });
	}
	return nights;
}

/**
 * Return the first airing of any that is not over; undefined when all are.
 * @param {FollowedShowing[]} showings @param {number} now @returns {FollowedAiring | undefined}
 */
export const soonest = (showings, now) => inOrder(showings, now)[0]?.airing;

/**
 * Return the showings that are not over, each with the first airing that is not; the soonest first.
 * @param {FollowedShowing[]} showings @param {number} now
 */
function inOrder(showings, now) {
	const found = showings.map((one) => upcoming(one, now)).filter((one) => one !== undefined);
	// Home Assistant goes by the first airing of each, although that may be over.
	return found.sort((one, other) => one.airing.start - other.airing.start);
}

/**
 * Return a showing with the first airing that is not over; undefined when all are.
 * @param {FollowedShowing} showing @param {number} now
 */
function upcoming({ airing, others, ...rest }, now) {
	const [first, ...later] = [airing, ...others].filter(({ stop }) => stop > now);
	return first && { ...rest, airing: first, others: later };
}

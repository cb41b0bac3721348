/** Which time the guide shows. Times are seconds since 1970. */

import { HALF_HOUR, HOUR, addDays, hourOf, startOfDay } from "./time.js";

/** After so many seconds without anybody, a guide that hangs on the wall shows what is on. */
export const IDLE = 300;
/** The hour that most look for on other days than this. */
export const EVENING = 20;

/** Follows the clock, until somebody goes to another time; and again when nobody is there. */
export class Position {
	/** What somebody went to; null while it follows the clock. @type {number | null} */
	#time = null;
	#touched = 0;

	get isFollowing() {
		return this.#time === null;
	}

	/** Return the time that is shown. @param {number} now */
	at(now) {
		return this.#time ?? now;
	}

	/** Go to a time. @param {number} time @param {number} now */
	go(time, now) {
		this.#time = time;
		this.touch(now);
	}

	/** Follow the clock. */
	follow() {
		this.#time = null;
	}

	/** Somebody is there. @param {number} now */
	touch(now) {
		this.#touched = now;
	}

	/** Follow the clock again when nobody was there for long; return whether it now does. @param {number} now */
	rest(now) {
		if (this.isFollowing || now - this.#touched < IDLE) return false;
		this.follow();
		return true;
	}
}

/** Return when this evening is. @param {number} now @param {string} zone */
export const tonight = (now, zone) => hourOf(startOfDay(now, zone), EVENING, zone);

/**
 * Return the time that is a step further, within the guide: an hour, or a day of one channel.
 * @param {number} time @param {-1 | 1} step @param {boolean} isDay
 * @param {{from: number, until: number}} guide @param {string} zone
 */
export function stepFrom(time, step, isDay, { from, until }, zone) {
	const hour = Math.floor(time / HALF_HOUR) * HALF_HOUR + step * HOUR;
	const day = addDays(time, step, zone) + (time - startOfDay(time, zone));
	return Math.min(Math.max(isDay ? day : hour, from), Math.max(from, until - 1));
}

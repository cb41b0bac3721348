/** Where things are in the timeline grid. Times are seconds since 1970, lengths pixels. */

import { DAY, HALF_HOUR, addDays, startOfDay } from "./time.js";

/** Converts between times and pixels. */
export class Scale {
	/** @param {number} from @param {number} until @param {number} slot - the width of half an hour */
	constructor(from, until, slot) {
		this.from = from;
		this.until = until;
		this.slot = slot;
		this.width = this.x(until);
	}

	/** Return where a time is. @param {number} time */
	x(time) {
		return Math.round(((time - this.from) / HALF_HOUR) * this.slot);
	}

	/** Return the time at a place. @param {number} x */
	time(x) {
		return this.from + (x / this.slot) * HALF_HOUR;
	}

	/** Return the column of a time's half hour, from 0. @param {number} time */
	column(time) {
		return Math.max(0, Math.floor((time - this.from) / HALF_HOUR));
	}

	/** The number of half hours. */
	get columns() {
		return Math.ceil((this.until - this.from) / HALF_HOUR);
	}
}

/**
 * Return the window of time to have cells for: what is visible, and half as much on both sides.
 *
 * It moves in steps, so that not every pixel of scrolling changes it.
 * @param {Scale} scale @param {number} left @param {number} width
 */
export function windowAt(scale, left, width) {
	const step = scale.slot;
	const from = Math.floor((left - width * 0.5) / step) * step;
	const until = Math.ceil((left + width * 1.5) / step) * step;
	return {
		from: Math.max(scale.from, scale.time(from)),
		until: Math.min(scale.until, scale.time(until)),
	};
}

const UNKNOWN = { title: "", episode_title: null, season: null, episode: null, filler: true };

/**
 * What of a channel is in a window, by start; what is not loaded, by the negative start of its day.
 * @param {import("./guide.js").Guide} guide @param {number} number
 * @param {{from: number, until: number}} window
 * @param {number[]} days - those that the window touches
 * @param {string} zone
 * @returns {Map<number, Programme>}
 */
export function wantedIn(guide, number, { from, until }, days, zone) {
	const programmes = guide.shown(number).between(from, until);
	const wanted = new Map(programmes.map((item) => [item.start, item]));
	for (const day of days) {
		const times = { start: day, stop: addDays(day, 1, zone) };
		if (!guide.has(day)) wanted.set(-day, { ...UNKNOWN, ...times });
	}
	return wanted;
}

/** The least and the greatest height of a row. */
const ROW = { least: 64, most: 260 };

/**
 * Return how high rows are that fill a height, as far as that helps.
 * @param {number} height @param {number} count
 */
export const heightFor = (height, count) =>
	Math.min(ROW.most, Math.max(ROW.least, Math.floor((height - 8) / Math.max(1, count))));

/** Return how much room there is in a row of a height: what is written larger then. @param {number} height */
export const roomIn = (height) =>
	height < 92 ? "little" : height < 128 ? "some" : height < 180 ? "much" : "wall";

/** Return how wide half an hour is in a grid of a width. @param {number} width */
export const slotFor = (width) => (width < 900 ? 120 : width < 1900 ? 200 : width < 3000 ? 260 : 340);

/**
 * Return how far to scroll so that [start, stop) can be read; as little as possible.
 * @param {{left: number, width: number}} view @param {number} start @param {number} stop
 */
export function scrollFor(view, start, stop) {
	const margin = 24;
	if (start < view.left + margin) return Math.max(0, start - margin);
	// Of a programme that is wider than the screen, the beginning.
	const right = Math.min(stop, start + view.width - 2 * margin);
	if (right > view.left + view.width - margin) return right - view.width + margin;
	return view.left;
}

/**
 * Return the part of a programme that is over, from 0 to 1.
 * @param {Times} programme @param {number} now
 */
export function progressOf({ start, stop }, now) {
	return Math.min(1, Math.max(0, (now - start) / (stop - start)));
}

/**
 * Return where a key moves the focus: `by` programmes along, or `rows` down to what is on at
 * `time`; undefined for a key that does not move it.
 * @param {string} key @param {number} time @param {string} zone
 */
export function stepOf(key, time, zone) {
	const by = { ArrowLeft: -1, ArrowRight: 1 }[key] ?? 0;
	const rows = { ArrowUp: -1, ArrowDown: 1 }[key] ?? 0;
	const to = {
		Home: () => startOfDay(time, zone),
		End: () => addDays(time, 1, zone) - 1,
		PageUp: () => time - DAY,
		PageDown: () => time + DAY,
	}[key];
	return by || rows || to ? { by, rows, time: to?.() ?? time } : undefined;
}

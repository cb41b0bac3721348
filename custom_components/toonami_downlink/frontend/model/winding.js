/** Going back in what is watched: places in the media, and the times of day that they stand for. */

/** Seconds that one press of a key winds. */
export const STEP = 10;
/** Seconds by which a place has to be inside of what there is: the oldest goes at any moment. */
export const INSIDE = 0.5;
/** Seconds for which a pause goes on after all that was paused may have been dropped. */
const PAUSE_GOES_ON = 20 * 60;

/**
 * A part of what there is: seconds of the media, and the time of day at its start.
 * @typedef {{start: number, duration: number, programDateTime: number | null}} Piece
 */

/** Return the seconds of a pause after which nothing is fetched any more. @param {number} reach - of going back */
export const pauseEndsAfter = (reach) => reach + PAUSE_GOES_ON;

/**
 * Return the time of day (seconds since 1970) that a place in the media stands for; undefined where
 * that is not known.
 * @param {Piece[]} pieces - by their start @param {number} place
 */
export function clockAt(pieces, place) {
	const piece = pieces.findLast(({ start }) => start <= place) ?? pieces[0];
	if (!piece?.programDateTime) return undefined;
	return piece.programDateTime / 1000 + place - piece.start;
}

/**
 * Return the place in the media that stands for a time of day; undefined when that is not held.
 * @param {Piece[]} pieces @param {number} time
 */
export function placeOf(pieces, time) {
	for (const { start, duration, programDateTime } of pieces) {
		const into = programDateTime ? time - programDateTime / 1000 : -1;
		if (into >= 0 && into < duration) return start + into;
	}
	return undefined;
}

/**
 * Return the end of what is loaded without a gap from a place on; the place itself without any.
 * @param {Pick<TimeRanges, "length" | "start" | "end">} buffered @param {number} place
 */
export function loadedUntil(buffered, place) {
	for (let index = 0; index < buffered.length; index++) {
		const [start, end] = [buffered.start(index), buffered.end(index)];
		if (start - INSIDE <= place && place <= end) return end;
	}
	return place;
}

/**
 * Return where to go on after a pause: undefined for where it was, else the oldest that is there,
 * because what follows on what was loaded is no longer.
 * @param {number | undefined} oldest @param {number} loaded - until where
 */
export const placeAfterPause = (oldest, loaded) =>
	oldest !== undefined && loaded < oldest ? oldest + INSIDE : undefined;

/**
 * Return a place that is so many seconds away, as far as there is anything.
 * @param {{start: number, end: number, at: number}} extent @param {number} by
 * @param {number} usual - seconds behind the newest picture that count as live
 */
export function placeAway({ start, end, at }, by, usual) {
	const live = Math.max(start, end - usual);
	return Math.min(Math.max(at + by, Math.min(start + INSIDE, live)), Math.max(live, at));
}

/**
 * Return where programmes begin, as parts of the whole, without those at its very ends.
 * @param {Piece[]} pieces @param {{start: number, end: number}} extent
 * @param {number[]} starts - times of day
 */
export function marksOf(pieces, { start, end }, starts) {
	return starts
		.map((time) => placeOf(pieces, time))
		.filter((place) => place !== undefined)
		.map((place) => (place - start) / (end - start))
		.filter((part) => part > 0.01 && part < 0.99);
}

/** Watching television: what is on the set, and what to do when something goes wrong. */

/** Milliseconds before the first, second… new attempt in a row; the last one repeats. */
const DELAYS = [500, 1000, 2000, 4000, 8000, 15_000];
/** So many attempts in a row are made without being asked: about eight minutes. */
export const MAX_ATTEMPTS = 36;
/** So often in a row may Home Assistant refuse an address that it has just given. */
export const MAX_REFUSALS = 3;
/** So often may all places be taken before the viewer is told why there is no picture. */
const BUSY_BEFORE_TOLD = 2;
/** What does not end by itself. @type {Trouble[]} */
const FINAL = ["forbidden", "unknown_channel", "unsupported"];
/** Seconds of pictures after which what went wrong before is forgotten. */
const STEADY_AFTER = 10;
/** Seconds without a new picture after which the stream is asked for anew. */
export const STALLED_AFTER = 12;
/** Seconds by which live moves, because the newest pictures come in pieces. */
const LIVE_MOVES = 12;
/** Milliseconds in which another digit belongs to the same number. */
export const DIGITS_PAUSE = 1200;
const MAX_DIGITS = 4;
/** The part of an address's time after which another one is asked for. */
const RENEWED_AFTER = 0.75;

/**
 * What is watched, and how that goes.
 *
 * States: `off`; `tuning` (nothing seen yet), `playing`, `paused`; `reconnecting` (goes on by
 * itself); `stopped` (waits for the viewer, see `reason`).
 */
export class Watching {
	/** The channel. @type {number | undefined} */
	number;
	/** The channel before. @type {number | undefined} */
	last;
	/** @type {WatchState} */
	state = "off";
	/** Why it has stopped, or what it waits for. @type {Trouble | ""} */
	reason = "";
	/** Whether the browser let it begin only without sound. */
	isSilenced = false;
	#attempts = 0;
	#refusals = 0;
	#busy = 0;
	/** Since when (seconds) there are pictures; undefined while there are none. */
	#since = /** @type {number | undefined} */ (undefined);

	/** Begin with a channel. @param {number} number */
	tune(number) {
		if (this.number !== undefined && number !== this.number) this.last = this.number;
		this.number = number;
		this.#begin();
	}

	/** Begin with the same channel again, because the viewer asks or the network is back. */
	again() {
		if (this.number !== undefined) this.#begin();
	}

	#begin() {
		this.state = "tuning";
		this.reason = "";
		this.#forget();
	}

	#forget() {
		this.#attempts = this.#refusals = this.#busy = 0;
		this.#since = undefined;
	}

	/** Switch it off. */
	leave() {
		if (this.number !== undefined) this.last = this.number;
		this.number = undefined;
		this.state = "off";
		this.reason = "";
	}

	/** Note that there are pictures. @param {number} time - seconds */
	playing(time) {
		if (this.state === "off" || this.state === "stopped") return;
		this.#since ??= time;
		this.reason = "";
		this.state = "playing";
	}

	/** Note that the viewer, or the system, has paused it. */
	paused() {
		if (this.state === "playing" || this.state === "tuning") this.state = "paused";
	}

	/**
	 * Note what went wrong, and return the milliseconds until the next attempt; undefined when the
	 * viewer has to ask for one.
	 * @param {Trouble} trouble @param {number} time - seconds
	 */
	fail(trouble, time) {
		if (this.state === "off" || this.state === "stopped") return undefined;
		this.#count(trouble, time);
		const isOver = FINAL.includes(trouble) || this.#isTired;
		this.state = isOver ? "stopped" : "reconnecting";
		this.reason = isOver || this.#busy >= BUSY_BEFORE_TOLD ? trouble : "";
		return isOver ? undefined : DELAYS[Math.min(this.#attempts, DELAYS.length) - 1];
	}

	/** @param {Trouble} trouble @param {number} time */
	#count(trouble, time) {
		if (this.#since !== undefined && time - this.#since >= STEADY_AFTER) this.#forget();
		this.#since = undefined;
		this.#attempts += 1;
		if (trouble === "refused") this.#refusals += 1;
		this.#busy = trouble === "busy" ? this.#busy + 1 : 0;
	}

	get #isTired() {
		return this.#refusals >= MAX_REFUSALS || this.#attempts >= MAX_ATTEMPTS;
	}

	/** Whether the next attempt throws away what was loaded: going on has been tried. */
	get isFresh() {
		return this.#attempts > 2 || this.#refusals > 0;
	}

	/** Whether somebody watches, or is about to. */
	get isOn() {
		return this.state !== "off";
	}
}

/** Return the milliseconds after which to renew an address. @param {number} seconds */
export const renewalDelay = (seconds) => Math.max(1, seconds * RENEWED_AFTER) * 1000;

/**
 * Return what the answer to a request means.
 * @param {number | undefined} status - of HTTP; undefined or 0 when there was none
 * @returns {Trouble}
 */
export function troubleOf(status) {
	if (status === 401 || status === 403) return "refused";
	return status === 503 ? "busy" : "network";
}

/**
 * Return an address with the secret of another one, for the same channel.
 * @param {string} url @param {string} newer
 */
export function renewed(url, newer) {
	const secret = /\/watch\/([^/]+)\//.exec(newer)?.[1];
	return secret ? url.replace(/\/watch\/[^/]+\//, `/watch/${secret}/`) : url;
}

/**
 * Add a digit to a number that is being typed.
 * @param {string} typed - so far @param {string} digit @param {number[]} numbers - of the channels
 * @returns {{typed: string, number?: number}} `number` when no other digit could follow
 */
export function addDigit(typed, digit, numbers) {
	const text = (typed + digit).replace(/^0+(?=.)/, "").slice(-MAX_DIGITS);
	const isOpen = numbers.some((number) => `${number}`.startsWith(text) && `${number}` !== text);
	const number = numbers.find((item) => `${item}` === text);
	return isOpen || number === undefined ? { typed: text } : { typed: text, number };
}

/**
 * Return how far it can be wound, and where it is, in seconds of the media; undefined before
 * anything is there.
 * @param {Pick<HTMLMediaElement, "seekable" | "buffered" | "currentTime">} media
 */
export function extentOf({ seekable, buffered, currentTime }) {
	const ranges = [seekable, buffered].filter(({ length }) => length);
	if (!ranges.length) return undefined;
	const start = Math.min(...ranges.map((range) => range.start(0)), currentTime);
	const end = Math.max(...ranges.map((range) => range.end(range.length - 1)));
	if (!Number.isFinite(start) || !Number.isFinite(end) || end <= start) return undefined;
	return { start, end, at: Math.min(Math.max(currentTime, start), end) };
}

/**
 * Return whether what is shown counts as live.
 * @param {{end: number, at: number}} extent
 * @param {number} usual - seconds behind the newest picture at which it began
 */
export const isLive = ({ end, at }, usual) => end - at <= usual + LIVE_MOVES;

/**
 * Return whether the picture has its place in the page, or is small in the corner: it does not
 * flicker between the two.
 * @param {boolean} isDocked - now @param {number} visible - the part of its place that can be seen
 */
export const staysDocked = (isDocked, visible) => visible > (isDocked ? 0.45 : 0.6);

/** Return the channel that is so many places further, around the end. @param {number[]} numbers
 * @param {number} number @param {number} by */
export function neighbour(numbers, number, by) {
	const index = numbers.indexOf(number);
	if (index < 0) return numbers[0];
	return numbers[(index + by + numbers.length) % numbers.length];
}

/**
 * Return the numbers of up to four television channels: the one that is watched, and those after it.
 * @param {Pick<Channel, "number" | "radio">[]} channels @param {number} number
 */
export function fourOf(channels, number) {
	const numbers = channels.filter((channel) => !channel.radio).map((channel) => channel.number);
	const index = Math.max(numbers.indexOf(number), 0);
	return [...numbers.slice(index), ...numbers.slice(0, index)].slice(0, 4);
}

/** Read a stored volume. @param {string} stored */
export function volumeOf(stored) {
	const volume = Number(stored || 1);
	return volume > 0 && volume <= 1 ? volume : 1;
}

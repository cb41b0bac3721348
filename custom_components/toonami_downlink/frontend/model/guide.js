/** The programmes that were loaded, day by day. */

/** Name the fields of a programme. @param {Row} row @returns {Programme} */
export function programmeOf([start, stop, title, episode_title, season, episode, filler]) {
	return { start, stop, title, episode_title, season, episode, filler: Boolean(filler) };
}

/**
 * Return the index of the last programme that starts at or before a time; -1 for none.
 * @param {Programme[]} programmes @param {number} time
 */
function indexAt(programmes, time) {
	let low = 0;
	let high = programmes.length;
	while (low < high) {
		const middle = (low + high) >> 1;
		if (programmes[middle].start <= time) low = middle + 1;
		else high = middle;
	}
	return low - 1;
}

/** @type {Programme[]} */
const NONE = [];

/** The guide as far as it is loaded. */
export class Guide {
	/** @type {Map<number, Programme[]>} */
	#programmes = new Map();
	/** @type {Set<number>} */
	#days = new Set();

	/** Return whether a day is loaded. @param {number} day */
	has(day) {
		return this.#days.has(day);
	}

	/**
	 * Replace the programmes of a day.
	 * @param {number} day @param {number} until @param {Record<string, Row[]>} rows
	 */
	add(day, until, rows) {
		this.#days.add(day);
		for (const [number, list] of Object.entries(rows)) {
			const others = this.of(Number(number)).filter(
				({ start, stop }) => stop <= day || start >= until,
			);
			const merged = [...others, ...list.map(programmeOf)];
			this.#programmes.set(Number(number), merged.sort((a, b) => a.start - b.start));
		}
	}

	/** Return a channel's programmes. @param {number} number @returns {Programme[]} */
	of(number) {
		return this.#programmes.get(number) ?? NONE;
	}

	/** Return what is on a channel at a time. @param {number} number @param {number} time */
	at(number, time) {
		const programmes = this.of(number);
		const found = programmes[indexAt(programmes, time)];
		return found && time < found.stop ? found : undefined;
	}

	/**
	 * Return what is on a channel within [from, until).
	 * @param {number} number @param {number} from @param {number} until
	 */
	between(number, from, until) {
		const programmes = this.of(number);
		let first = Math.max(indexAt(programmes, from), 0);
		if (programmes[first] && programmes[first].stop <= from) first += 1;
		let last = first;
		while (last < programmes.length && programmes[last].start < until) last += 1;
		return programmes.slice(first, last);
	}

	/**
	 * Return the programme before (-1) or after (1) the one that is on at a time.
	 * @param {number} number @param {number} time @param {number} step
	 */
	beside(number, time, step) {
		const programmes = this.of(number);
		const index = indexAt(programmes, time);
		const current = programmes[index];
		// In a gap, the one before it is the one that `index` points at.
		if (step < 0 && current && current.stop <= time) return current;
		return programmes[index + step];
	}

	/**
	 * Return what is on at a time, or what is nearest to it.
	 * @param {number} number @param {number} time
	 */
	nearest(number, time) {
		const before = this.at(number, time) ?? this.beside(number, time, -1);
		const after = this.beside(number, time, 1);
		if (!before || !after) return before ?? after;
		if (time < before.stop) return before;
		return time - before.stop <= after.start - time ? before : after;
	}
}

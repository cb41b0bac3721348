/** The programmes that were loaded, day by day. */

/** Name the fields of a programme. @param {Row} row @returns {Programme} */
export function programmeOf([start, stop, title, episode_title, season, episode, filler]) {
	return { start, stop, title, episode_title, season, episode, filler: Boolean(filler) };
}

/** How long a programme may be to be shown as one with others of its title beside it. */
const SHORT = 10 * 60;
/** The longest pause between two such. */
const PAUSE = 60;

/**
 * Return whether two programmes are shown as one: short ones of one title, one after the other.
 * @param {Programme} one @param {Programme} next
 */
function belong(one, next) {
	const isShort = [one, next].every(({ start, stop }) => stop - start < SHORT);
	const isBeside = next.start - one.stop <= PAUSE;
	return isShort && isBeside && !one.filler && !next.filler && one.title === next.title;
}

/**
 * Make one of short programmes of the same title that come one after the other, such as the
 * twelve shorts of half an hour: each alone would be too narrow to be read.
 * @param {Programme[]} programmes - by their start @returns {Programme[]}
 */
export function withRuns(programmes) {
	/** @type {Programme[][]} */
	const runs = [];
	for (const programme of programmes) {
		const last = runs.at(-1);
		const before = last?.at(-1);
		if (last && before && belong(before, programme)) last.push(programme);
		else runs.push([programme]);
	}
	return runs.map((parts) => {
		const [first] = parts;
		if (parts.length === 1) return first;
		const { stop } = parts[parts.length - 1];
		return { ...first, stop, episode_title: null, season: null, episode: null, parts };
	});
}

/**
 * Return which part of a programme is meant by choosing it: what is on, else the first.
 * @template {Shown} T @param {T} programme @param {number} time
 */
export const partAt = (programme, time) =>
	programme.parts?.find(({ start, stop }) => start <= time && time < stop) ??
	programme.parts?.[0] ??
	programme;

/** The programmes of one channel, by their start. */
export class Line {
	#programmes;

	/** @param {Programme[]} programmes */
	constructor(programmes) {
		this.#programmes = programmes;
	}

	/** Return the index of the last one that starts at or before a time; -1 for none. @param {number} time */
	#indexAt(time) {
		let low = 0;
		let high = this.#programmes.length;
		while (low < high) {
			const middle = (low + high) >> 1;
			if (this.#programmes[middle].start <= time) low = middle + 1;
			else high = middle;
		}
		return low - 1;
	}

	/** Return what is on at a time. @param {number} time */
	at(time) {
		const found = this.#programmes[this.#indexAt(time)];
		return found && time < found.stop ? found : undefined;
	}

	/** Return what is on within [from, until). @param {number} from @param {number} until */
	between(from, until) {
		const programmes = this.#programmes;
		let first = Math.max(this.#indexAt(from), 0);
		if (programmes[first] && programmes[first].stop <= from) first += 1;
		let last = first;
		while (last < programmes.length && programmes[last].start < until) last += 1;
		return programmes.slice(first, last);
	}

	/**
	 * Return the programme before (-1) or after (1) the one that is on at a time.
	 * @param {number} time @param {number} step
	 */
	beside(time, step) {
		const index = this.#indexAt(time);
		const current = this.#programmes[index];
		// In a gap, the one before it is the one that `index` points at.
		if (step < 0 && current && current.stop <= time) return current;
		return this.#programmes[index + step];
	}

	/** Return what is on at a time, or what is nearest to it. @param {number} time */
	nearest(time) {
		const before = this.at(time) ?? this.beside(time, -1);
		const after = this.beside(time, 1);
		if (!before || !after) return before ?? after;
		if (time < before.stop) return before;
		return time - before.stop <= after.start - time ? before : after;
	}
}

const NOTHING = new Line([]);

/** The guide as far as it is loaded. */
export class Guide {
	/** @type {Map<number, Programme[]>} */
	#programmes = new Map();
	/** Each programme, and what is shown as one. @type {Map<number, {all: Line, shown: Line}>} */
	#lines = new Map();
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
		for (const [name, list] of Object.entries(rows)) {
			const number = Number(name);
			const others = (this.#programmes.get(number) ?? []).filter(
				({ start, stop }) => stop <= day || start >= until,
			);
			const merged = [...others, ...list.map(programmeOf)].sort((a, b) => a.start - b.start);
			this.#programmes.set(number, merged);
			this.#lines.set(number, { all: new Line(merged), shown: new Line(withRuns(merged)) });
		}
	}

	/** Return all programmes of a channel. @param {number} number */
	of(number) {
		return this.#lines.get(number)?.all ?? NOTHING;
	}

	/** Return the programmes of a channel, short ones of a title as one. @param {number} number */
	shown(number) {
		return this.#lines.get(number)?.shown ?? NOTHING;
	}
}

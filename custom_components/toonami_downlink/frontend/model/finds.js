/** What a search has found: titles, and below each that was opened all of its showings. */

import { programmeOf } from "./guide.js";

/** How many titles or showings come at once. */
const PAGE = 40;

/** @param {Map<number, Channel>} channels @param {[number, ...Row]} found @returns {Hit | undefined} */
function hitOf(channels, [number, ...row]) {
	const channel = channels.get(number);
	return channel && { channel, programme: programmeOf(/** @type {Row} */ (row)) };
}

/** The result of one search, as far as it is loaded. */
export class Finds {
	/** @type {{hit: Hit, count: number, showings: Hit[], asked: number}[]} */
	#titles = [];
	#asked = 0;
	#total = 0;
	#store;
	#query;
	#channels;

	/** @param {Pick<Store, "request" | "loaded">} store @param {string} query */
	constructor(store, query) {
		this.#store = store;
		this.#query = query;
		this.#channels = new Map(store.loaded?.channels.map((item) => [item.number, item]));
	}

	/** Load the first titles, or more of them. */
	async load() {
		const offset = this.#asked;
		const { total, results } = await this.#ask({ titles: true, offset });
		if (offset !== this.#asked) return;
		this.#asked += results.length;
		this.#total = results.length ? total : this.#asked;
		for (const [count, ...found] of results) {
			const hit = hitOf(this.#channels, found);
			if (hit) this.#titles.push({ hit, count, showings: [], asked: 0 });
		}
	}

	/** Load what a row with more below it stands for. @param {FindRow} row */
	async expand({ hit }) {
		const title = this.#titles.find((item) => item.hit === hit);
		if (!title) return this.load();
		const { asked: offset } = title;
		const { total, results } = await this.#ask({ title: title.hit.programme.title, offset });
		if (offset !== title.asked) return;
		title.asked += results.length;
		title.count = results.length ? total : title.asked;
		const { channel, programme } = title.hit;
		for (const found of results) {
			const showing = hitOf(this.#channels, found);
			const isFirst = showing?.channel === channel && showing.programme.start === programme.start;
			if (showing && !isFirst) title.showings.push(showing);
		}
	}

	/** What is listed, in its order. @returns {FindRow[]} */
	get rows() {
		const rows = this.#titles.flatMap(({ hit, count, showings, asked }) => {
			// The first showing is that of the title itself.
			const more = asked ? count - asked : count - 1;
			return [
				{ hit },
				...showings.map((showing) => ({ hit: showing, isPart: true })),
				...(more > 0 ? [{ hit, more }] : []),
			];
		});
		const more = this.#total - this.#asked;
		return more > 0 ? [...rows, { more }] : rows;
	}

	/** @param {object} fields */
	#ask(fields) {
		return this.#store.request("guide/search", { query: this.#query, limit: PAGE, ...fields });
	}
}

/** What the house follows, and when that is on. */
export class Follows {
	/** @type {Follow[]} */
	items = [];
	/** The soonest first. @type {FollowedShowing[]} */
	showings = [];
	/** The follows that an airing is one of, by its channel and start. @type {Map<string, string[]>} */
	#byAiring = new Map();

	/** Take what Home Assistant tells. @param {FollowsEvent} event */
	update({ follows = [], showings = [] }) {
		this.items = follows;
		this.showings = showings;
		this.#byAiring = new Map(
			showings.flatMap(({ follows: ids, airing, others }) =>
				[airing, ...others].map((one) => [keyOf(one.channel, one.start), ids]),
			),
		);
	}

	/**
	 * Return the follows that a programme is one of, by their ids.
	 * @param {number} number @param {Shown} programme
	 */
	of(number, { start, parts }) {
		const ids = (parts ?? [{ start }]).flatMap((one) => this.#byAiring.get(keyOf(number, one.start)) ?? []);
		return [...new Set(ids)];
	}

	/** Return whether a programme is followed. @param {number} number @param {Shown} programme */
	has(number, programme) {
		return this.#byAiring.size > 0 && this.of(number, programme).length > 0;
	}
}

/** @param {number} channel @param {number} start */
const keyOf = (channel, start) => `${channel} ${start}`;

/** What is to be recorded, is being recorded and was recorded, as the guide marks it. */

/** How an airing is marked that is on the disk or on its way there. */
export const MARKS = /** @type {const} */ ({
	planned: "planned", recording: "recording", complete: "recorded", interrupted: "recorded", failed: "",
});

/**
 * Recordings by their ids, kept up to date with what Home Assistant tells.
 * @template {RecordingMark} T
 */
export class Recordings {
	/** Whether recording is switched on. */
	isOn = false;
	/** By id. @type {Map<string, T>} */
	items = new Map();
	/** @type {Rule[]} */
	rules = [];
	/** @type {Conflict[]} */
	conflicts = [];
	/** By channel and start. @type {Map<string, T> | undefined} */
	#byAiring;

	/** Take what Home Assistant tells. @param {RecordingsEvent<T>} event */
	update({ on = false, whole, recordings = [], gone = [], rules = [], conflicts = [], loaded }) {
		if (whole || !loaded) this.items.clear();
		for (const one of recordings) this.items.set(one.id, one);
		for (const id of gone) this.items.delete(id);
		Object.assign(this, { isOn: on, rules, conflicts });
		this.#byAiring = undefined;
	}

	/**
	 * Return the recording of a programme; of a run of short ones, of the first that has one.
	 * @param {number} number - of the channel @param {Shown} programme
	 */
	of(number, { start, parts }) {
		if (!this.items.size) return undefined;
		this.#byAiring ??= new Map([...this.items.values()].map((one) => [`${one.channel} ${one.start}`, one]));
		for (const part of parts ?? [{ start }]) {
			const found = this.#byAiring.get(`${number} ${part.start}`);
			if (found) return found;
		}
		return undefined;
	}

	/** Return how a programme is marked; empty for no mark. @param {number} number @param {Shown} programme */
	mark(number, programme) {
		const found = this.of(number, programme);
		return found ? MARKS[found.state] : "";
	}
}

import { ROOT, isSame, pathOf, readPlace } from "../model/place.js";

/** Milliseconds that going back takes at most; it never ends where there is nothing to go back to. */
const LEFT_WITHIN = 1000;

/**
 * Where the panel is: in the browser's address, and in its history. Fires `change`.
 *
 * An entry that was made from within the panel is marked: only from such a one can the panel go
 * back by itself without leaving.
 */
export class Places extends EventTarget {
	place = readPlace("");
	#isLeaving = false;
	/** Where to go once that is done. @type {Partial<Place> | undefined} */
	#next;

	/** Follow the address, until the signal is aborted. @param {AbortSignal} signal */
	follow(signal) {
		window.addEventListener("popstate", () => this.#onPop(), { signal });
		window.addEventListener("location-changed", () => this.read(), { signal });
		this.read();
	}

	/** Take notice of what the address is now. */
	read() {
		const { pathname, search } = location;
		// Home Assistant may be on its way to another page.
		if (pathname !== ROOT && !pathname.startsWith(`${ROOT}/`)) return;
		const place = readPlace(pathname.slice(ROOT.length), search);
		if (isSame(place, this.place)) return;
		this.place = place;
		this.dispatchEvent(new Event("change"));
	}

	/** Go to a place of the guide; the way back is to where one is now. @param {Partial<Place>} change */
	go(change) {
		// The browser leaves when it has time: it would take what comes meanwhile with it.
		if (this.#isLeaving) {
			this.#next = change;
			setTimeout(() => this.#next && this.#onPop(), LEFT_WITHIN);
			return;
		}
		// Who comes back has seen how watching began.
		if (this.place.watch !== null) this.replace({});
		// Who may not see a page has the guide in its place: what they open there is the guide's.
		const place = this.#changed({ page: "guide", ...change });
		if (isSame(place, this.place)) return;
		const from = location.pathname + location.search;
		// Home Assistant marks its own entries with the first: its arrow then goes back as well.
		this.#write(place, { from, downlink: true }, false);
	}

	/** Be at another place instead. @param {Partial<Place>} change */
	replace(change) {
		const place = this.#changed(change);
		if (!isSame(place, this.place)) this.#write(place, history.state, true);
	}

	/**
	 * Leave a place for the one that it was opened from, if that is as it shall be; else for the place
	 * given.
	 * @param {Partial<Place>} change
	 */
	leave(change) {
		if (this.#isLeaving) return;
		const { downlink, from } = history.state ?? {};
		if (!downlink) return void this.replace(change);
		if (!hasAll(from, change)) {
			// To go back from here later, for something else, would bring back what is left now.
			this.#write(this.#changed(change), { from }, true);
			return;
		}
		this.#isLeaving = true;
		history.back();
	}

	/** Who goes on to another place has seen how watching began. @param {Partial<Place>} change @returns {Place} */
	#changed(change) {
		return { ...this.place, watch: null, ...change };
	}

	#onPop() {
		this.#isLeaving = false;
		this.read();
		const next = this.#next;
		this.#next = undefined;
		if (next) this.go(next);
	}

	/** @param {Place} place @param {unknown} state @param {boolean} replace */
	#write(place, state, replace) {
		this.#isLeaving = false;
		if (replace) history.replaceState(state, "", pathOf(place));
		else history.pushState(state, "", pathOf(place));
		// As Home Assistant's own pages tell it.
		window.dispatchEvent(new CustomEvent("location-changed", { detail: { replace } }));
	}
}

/** Whether an address of the panel stands for a place with these values. @param {string} address @param {Partial<Place>} values */
function hasAll(address, values) {
	const { pathname, search } = new URL(address, location.origin);
	const place = readPlace(pathname.slice(ROOT.length), search);
	return isSame(place, { ...place, ...values });
}

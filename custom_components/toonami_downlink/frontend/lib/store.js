import { Follows } from "../model/follows.js";
import { Guide } from "../model/guide.js";
import { Recordings } from "../model/recordings.js";
import { addDays } from "../model/time.js";
import { loadData } from "./load.js";
import { Subscription } from "./subscription.js";

/** The logos of the channels by key, as SVG: a picture for each would be a request for each. */
const MARKS = loadData("channels/marks.json");

/** What the panel knows of the integration. Fires `change`, with what changed as its detail. */
export class Store extends EventTarget {
	/** The newest one. @type {OverviewEvent | undefined} */
	overview = undefined;
	online = true;
	guide = new Guide();
	follows = new Follows();
	/** @type {Recordings<RecordingMark>} */
	recordings = new Recordings();
	/** @type {number | null} */
	generation = null;

	#connection;
	#users = 0;
	/** @type {Subscription[]} */
	#subscriptions = [];
	/** @type {Set<number>} */
	#requested = new Set();

	/** @param {Connection} connection */
	constructor(connection) {
		super();
		this.#connection = connection;
	}

	/** Follow Home Assistant, until it was closed as often as it was opened. */
	open() {
		this.#users += 1;
		if (this.#users > 1) return;
		this.online = this.#connection.connected !== false;
		this.#connection.addEventListener("ready", this.#onReady);
		this.#connection.addEventListener("disconnected", this.#onDisconnected);
		this.#subscriptions = [
			new Subscription(
				this.#connection,
				{ type: "toonami_downlink/overview/subscribe" },
				{ event: (event) => this.#update(event), refused: () => this.#update({ loaded: false }) },
			),
			new Subscription(
				this.#connection,
				{ type: "toonami_downlink/follows/subscribe" },
				{ event: (event) => this.#follow(event) },
			),
			new Subscription(
				this.#connection,
				{ type: "toonami_downlink/recordings/subscribe" },
				{ event: (event) => this.#record(event) },
			),
		];
	}

	/** Stop, when this was the last user. */
	close() {
		this.#users -= 1;
		if (this.#users) return;
		this.#connection.removeEventListener("ready", this.#onReady);
		this.#connection.removeEventListener("disconnected", this.#onDisconnected);
		for (const subscription of this.#subscriptions) subscription.close();
	}

	/** The overview, if the integration is loaded. */
	get loaded() {
		return this.overview?.loaded ? this.overview : undefined;
	}

	/**
	 * Send a command of the integration, and return the answer.
	 * @param {string} type - without the domain @param {object} [fields] @returns {Promise<any>}
	 */
	request(type, fields = {}) {
		return this.#connection.sendMessagePromise({ type: `toonami_downlink/${type}`, ...fields });
	}

	/**
	 * Subscribe to a command until the signal is aborted.
	 * @param {string} type - without the domain @param {AbortSignal} signal
	 * @param {(event: any) => void} event @param {object} [fields]
	 */
	subscribe(type, signal, event, fields) {
		const message = { type: `toonami_downlink/${type}/subscribe`, ...fields };
		const subscription = new Subscription(this.#connection, message, { event });
		signal.addEventListener("abort", () => subscription.close());
	}

	/**
	 * Load the guide of a day, unless it is there or on its way.
	 * @param {number} day @param {string} zone
	 */
	async loadDay(day, zone) {
		if (this.loaded && this.generation !== null) await this.expectDay(day, zone);
	}

	/**
	 * Load the guide of a day, also while the overview is still on its way: it will be wanted then.
	 * @param {number} day @param {string} zone
	 */
	async expectDay(day, zone) {
		if (this.#requested.has(day)) return;
		this.#requested.add(day);
		try {
			const until = addDays(day, 1, zone);
			const answer = await this.request("guide", { from: day, to: until });
			if (answer.generation !== this.generation) throw new Error("of another generation");
			this.guide.add(day, until, answer.rows);
			this.#notify("guide");
		} catch {
			// What could not be had now is asked for again when it is next needed.
			this.#requested.delete(day);
		}
	}

	#onReady = () => {
		this.online = true;
		this.#notify("overview");
	};

	#onDisconnected = () => {
		this.online = false;
		this.#requested.clear();
		this.#notify("overview");
	};

	/** @param {OverviewEvent} overview */
	#update(overview) {
		this.overview = overview.loaded
			? { ...overview, channels: overview.channels.map(withMark) }
			: overview;
		const generation = overview.loaded ? overview.generation : null;
		if (generation !== this.generation) {
			// The old guide stays on screen, until the new one takes its place day by day.
			if (this.generation !== null) this.#requested.clear();
			this.generation = generation;
		}
		this.#notify("overview");
	}

	/** @param {FollowsEvent} event */
	#follow(event) {
		this.follows.update(event);
		this.#notify("follows");
	}

	/** @param {RecordingsEvent} event */
	#record(event) {
		this.recordings.update(event);
		this.#notify("follows");
	}

	/** @param {"overview" | "guide" | "follows"} what */
	#notify(what) {
		this.dispatchEvent(new CustomEvent("change", { detail: what }));
	}
}

/** @param {Channel} channel @returns {Channel} */
function withMark(channel) {
	const mark = Object.hasOwn(MARKS, channel.key) ? MARKS[channel.key] : undefined;
	return mark ? { ...channel, logo: `data:image/svg+xml,${encodeURIComponent(mark)}` } : channel;
}

import { Guide } from "../model/guide.js";
import { addDays } from "../model/time.js";
import { Subscription } from "./subscription.js";

/** What the panel knows of the integration. It fires `change` when that grows or changes. */
export class Store extends EventTarget {
	/** @type {Overview | {loaded: false} | undefined} */
	overview = undefined;
	online = true;
	guide = new Guide();
	/** @type {number | null} */
	generation = null;

	#connection;
	#users = 0;
	/** @type {Subscription | undefined} */
	#subscription;
	/** @type {Set<number>} */
	#asked = new Set();

	/** @param {Connection} connection */
	constructor(connection) {
		super();
		this.#connection = connection;
	}

	/** Follow Home Assistant, for as long as anybody wants it. */
	open() {
		this.#users += 1;
		if (this.#users > 1) return;
		this.online = this.#connection.connected !== false;
		this.#connection.addEventListener("ready", this.#onReady);
		this.#connection.addEventListener("disconnected", this.#onDisconnected);
		this.#subscription = new Subscription(
			this.#connection,
			{ type: "toonami_downlink/overview/subscribe" },
			{ event: (event) => this.#take(event), refused: () => this.#take({ loaded: false }) },
		);
	}

	close() {
		this.#users -= 1;
		if (this.#users) return;
		this.#connection.removeEventListener("ready", this.#onReady);
		this.#connection.removeEventListener("disconnected", this.#onDisconnected);
		this.#subscription?.close();
	}

	/** The overview when there is something to see in it. */
	get loaded() {
		return this.overview?.loaded ? this.overview : undefined;
	}

	/**
	 * Ask Home Assistant.
	 * @param {string} type - without the domain @param {object} [fields] @returns {Promise<any>}
	 */
	ask(type, fields = {}) {
		return this.#connection.sendMessagePromise({ type: `toonami_downlink/${type}`, ...fields });
	}

	/**
	 * Subscribe beside the overview.
	 * @param {string} type - without the domain @param {(event: any) => void} event
	 */
	subscribe(type, event) {
		return new Subscription(
			this.#connection,
			{ type: `toonami_downlink/${type}/subscribe` },
			{ event },
		);
	}

	/**
	 * Load the guide of a day, unless it is there or on its way.
	 * @param {number} day @param {string} zone
	 */
	async need(day, zone) {
		if (this.#asked.has(day) || !this.loaded || this.generation === null) return;
		this.#asked.add(day);
		const generation = this.generation;
		try {
			const until = addDays(day, 1, zone);
			const answer = await this.ask("guide", { from: day, to: until });
			if (generation !== this.generation) return;
			this.guide.add(day, until, answer.rows);
			this.#tell("guide");
		} catch {
			// What could not be had now is asked for again when it is next needed.
			this.#asked.delete(day);
		}
	}

	#onReady = () => {
		this.online = true;
		this.#tell("overview");
	};

	#onDisconnected = () => {
		this.online = false;
		this.#asked.clear();
		this.#tell("overview");
	};

	/** @param {Overview | {loaded: false}} overview */
	#take(overview) {
		this.overview = overview;
		const generation = overview.loaded ? overview.generation : null;
		if (generation !== this.generation) {
			// The old guide stays on screen, until the new one takes its place day by day.
			this.generation = generation;
			this.#asked.clear();
		}
		this.#tell("overview");
	}

	/** @param {"overview" | "guide"} what */
	#tell(what) {
		this.dispatchEvent(new CustomEvent("change", { detail: what }));
	}
}

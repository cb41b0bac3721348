import { load } from "./lib/load.js";
import { loadStrings } from "./lib/strings.js";
import { readConfig } from "./model/card.js";

const TAG = "toonami-downlink-card";

/**
 * The card. Home Assistant loads this file on every page, so what draws it is only loaded where
 * a card is shown.
 */
class DownlinkCard extends HTMLElement {
	/** @type {CardSettings | undefined} */
	#config;
	/** @type {Hass | undefined} */
	#hass;
	/** @type {CardElement | undefined} */
	#body;

	constructor() {
		super();
		this.attachShadow({ mode: "open" });
	}

	/** The configuration of a new card. */
	static getStubConfig() {
		return { channels: ["1", "3", "4"] };
	}

	/** The form of the card's editor. */
	static async getConfigForm() {
		const text = await loadStrings(document.documentElement.lang || navigator.language);
		const schema = await (await load("card-form.json")).json();
		const labelOf = (/** @type {{name: string}} */ { name }) => text.get(`card.${name}`);
		const helpOf = (/** @type {{name: string}} */ { name }) =>
			name === "channels" ? text.get("card.channels_help") : undefined;
		return { schema, computeLabel: labelOf, computeHelper: helpOf };
	}

	/** Throws an Error that says what is wrong. @param {CardConfig} config */
	setConfig(config) {
		this.#config = readConfig(config);
		if (this.#body) this.#body.config = this.#config;
	}

	set hass(/** @type {Hass} */ hass) {
		this.#hass = hass;
		if (this.#body) this.#body.hass = hass;
	}

	/** The height for masonry views, in units of 50 pixels. */
	getCardSize() {
		const config = this.#config;
		const channels = config?.numbers.length || 7;
		return (config?.picture ? 4 : 0) + channels + (config?.guide ? Math.ceil(channels / 2) : 0);
	}

	/** The size in views with sections. */
	getGridOptions() {
		return { columns: 12, min_columns: 6, rows: "auto" };
	}

	async connectedCallback() {
		if (this.#body) return;
		await import("./ui/card-body.js");
		if (this.#body || !this.isConnected) return;
		const body = document.createElement("tdl-card");
		this.#body = Object.assign(body, { config: this.#config, hass: this.#hass });
		this.shadowRoot?.append(body);
	}
}

if (!customElements.get(TAG)) {
	customElements.define(TAG, DownlinkCard);
	window.customCards ??= [];
	window.customCards.push({
		type: TAG,
		name: "Toonami Downlink",
		description: "What is on, and what comes next, on Toonami Aftermath.",
		preview: true,
		documentationURL: "https://github.com/zachyzissou/toonamiaftermath-downlink",
	});
}

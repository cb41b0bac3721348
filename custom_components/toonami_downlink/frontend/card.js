import { preloadPanel } from "./lib/preload.js";
import { loadStrings } from "./lib/strings.js";
import { readConfig } from "./model/card.js";
import { suggestions } from "./model/entities.js";

const TAG = "toonami-downlink-card";

/** What is said when there are no texts either, and no style sheets. */
const OUTDATED =
	"This card could not be loaded. Toonami Downlink may have been updated meanwhile.";
const FRAME = `padding:16px;border-radius:10px;border:1px solid var(--divider-color,#ccc);
	background:var(--card-background-color,#fff);color:var(--primary-text-color,#0b1b2b);
	font:14px/1.45 var(--ha-font-family-body,Roboto,Noto,sans-serif)`;
const BUTTON = `min-height:44px;padding:0 16px;border:1px solid currentcolor;border-radius:10px;
	background:none;color:inherit;font:inherit;font-weight:500;cursor:pointer`;

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
	/** Aborted once the card is drawn. */
	#waiting = new AbortController();

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
		const { cardForm } = await import("./ui/card-form.js");
		return cardForm(document.documentElement.lang || navigator.language);
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
		if (config?.title) return 3;
		const channels = config?.names.length || 7;
		return (config?.picture ? 4 : 0) + channels + (config?.guide ? Math.ceil(channels / 2) : 0);
	}

	/** The size in views with sections: as high as it gets, unless the user says how high. */
	getGridOptions() {
		return { columns: 12, min_columns: 6, rows: "auto", min_rows: 2 };
	}

	connectedCallback() {
		// As high as the view wants it.
		Object.assign(this.style, { display: "block", height: "100%" });
		this.#draw();
	}

	disconnectedCallback() {
		this.#waiting.abort();
	}

	async #draw() {
		if (this.#body || !this.isConnected) return;
		try {
			await import("./ui/card-body.js");
		} catch {
			await this.#fail();
			return;
		}
		if (this.#body || !this.isConnected) return;
		const body = document.createElement("tdl-card");
		body.addEventListener("failed", () => this.#fail(), { once: true });
		this.#body = Object.assign(body, { config: this.#config, hass: this.#hass });
		this.#waiting.abort();
		this.shadowRoot?.replaceChildren(body);
	}

	/**
	 * Say that the files which the card is made of do not come: after an update they are gone. Try
	 * again when Home Assistant is back, because it may just have been away.
	 */
	async #fail() {
		this.#body = undefined;
		const language = this.#hass?.locale.language ?? document.documentElement.lang;
		const text = await loadStrings(language, "card").catch(() => undefined);
		if (this.#body || !this.isConnected) return;
		this.#retryWhenBack();
		this.shadowRoot?.replaceChildren(outdated(text));
	}

	#retryWhenBack() {
		const { connection } = this.#hass ?? {};
		this.#waiting.abort();
		this.#waiting = new AbortController();
		const retry = () => this.#draw();
		connection?.addEventListener("ready", retry);
		this.#waiting.signal.addEventListener("abort", () =>
			connection?.removeEventListener("ready", retry),
		);
	}
}

/** Make what is said without any of the card's files. @param {Strings | undefined} text */
function outdated(text) {
	const message = document.createElement("p");
	const button = document.createElement("button");
	const frame = document.createElement("div");
	message.textContent = text?.get("card.outdated") ?? OUTDATED;
	button.textContent = text?.get("state.reload") ?? "Reload";
	button.addEventListener("click", () => location.reload());
	frame.setAttribute("role", "alert");
	frame.lang = text?.language ?? "en";
	frame.style.cssText = FRAME;
	message.style.cssText = "margin:0 0 12px";
	button.style.cssText = BUTTON;
	frame.append(message, button);
	return frame;
}

if (!customElements.get(TAG)) {
	preloadPanel();
	customElements.define(TAG, DownlinkCard);
	window.customCards ??= [];
	window.customCards.push({
		type: TAG,
		name: "Toonami Downlink",
		description: "What is on, and what comes next, on Toonami Aftermath.",
		preview: true,
		getEntitySuggestion: (/** @type {Hass} */ hass, /** @type {string} */ entityId) =>
			suggestions(hass, entityId, `custom:${TAG}`),
		documentationURL: "https://github.com/zachyzissou/toonamiaftermath-downlink",
	});
}

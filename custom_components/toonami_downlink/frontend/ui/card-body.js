import {
	Context, controls, define, html, loadSheet, nothing, now, Page, send, signalBars, tokens,
} from "../lib/index.js";
import { Store } from "../lib/store.js";
import { loadStrings } from "../lib/strings.js";
import { applyLanguage, applyTheme } from "../lib/theme.js";
import { chosen, placeOf } from "../model/card.js";
import { isOnAir, known } from "../model/programme.js";
import { HALF_HOUR, HOUR } from "../model/time.js";
import { hero, heroSheet } from "./hero.js";
import { line, meter, nextLine } from "./now-playing.js";

/** The cards of one page share a store. @type {WeakMap<Connection, Store>} */
const shared = new WeakMap();

/** Programmes below this part of the mini-guide's width have no visible title. */
const TINY = 0.1;

/** @param {Channel} channel */
const pathOf = (channel) => `/toonami-downlink/guide?channel=${channel.number}`;

/** What the card draws: the channels, and the next hours. Event: `failed` (it has no texts). */
class CardBody extends Page {
	static sheets = [tokens, controls, heroSheet, loadSheet("card")];
	static period = 10_000;

	/** @type {CardSettings | undefined} */
	#config;
	/** @type {Hass | undefined} */
	#hass;
	/** @type {{key: string, rows: Record<string, Row[]>}} */
	#hours = { key: "", rows: {} };
	#isLoading = false;
	#hasTexts = false;

	set config(/** @type {CardSettings} */ config) {
		this.#config = config;
		this.redraw();
	}

	set hass(/** @type {Hass} */ hass) {
		const old = this.#hass;
		this.#hass = hass;
		if (old?.connection !== hass.connection || old.locale !== hass.locale) this.#loadText(hass);
		if (this.isConnected && old?.themes !== hass.themes) applyTheme(this, hass);
	}

	/** @param {Hass} hass */
	async #loadText(hass) {
		let text;
		try {
			text = await loadStrings(hass.locale.language, "card");
		} catch {
			// What it says in the language from before is better than nothing.
			if (!this.#hasTexts) send(this, "failed");
			return;
		}
		if (this.#hass?.locale !== hass.locale) return;
		applyLanguage(this, text);
		this.#hasTexts = true;
		const store = shared.get(hass.connection) ?? new Store(hass.connection);
		shared.set(hass.connection, store);
		this.context = new Context(() => /** @type {Hass} */ (this.#hass), text, store);
	}

	connectedCallback() {
		super.connectedCallback();
		if (this.#hass) applyTheme(this, this.#hass);
	}

	start() {
		const { store } = this.context;
		store.open();
		store.addEventListener("change", () => this.redraw(), { signal: this.signal });
		this.signal.addEventListener("abort", () => store.close());
	}

	template() {
		const config = this.#config;
		const { overview, loaded, online } = this.context.store;
		if (!overview || !config) return WAITING;
		if (!loaded || loaded.generation === null) return this.#notLoaded(loaded);
		const channels = chosen(loaded.channels, config.numbers);
		if (!channels.length) return html`<p class="frame note">${this.t("card.no_channels")}</p>`;
		return html`<section class="frame ${online ? "" : "away"}" aria-label="Toonami Downlink">
			${channels.map((channel, index) =>
				config.picture && !index ? this.#large(config, channel) : this.#row(config, channel),
			)}
			${config.guide ? this.#guide(config, channels) : nothing}
		</section>`;
	}

	/** @param {Overview | undefined} overview */
	#notLoaded(overview) {
		const waits = overview?.refreshing ? "state.first.title" : "state.no_signal.title";
		return html`<div class="frame note" role="status">
			${signalBars(0)}<b>${this.t(overview ? waits : "state.not_loaded.title")}</b>
			${overview ? nothing : html`<span class="dim">${this.t("card.not_loaded")}</span>`}
		</div>`;
	}

	/** @param {CardSettings} config @param {Channel} channel */
	#large(config, channel) {
		return html`<a class=${config.next ? "" : "brief"} href=${pathOf(channel)}>
			${hero(this.context, channel)}
		</a>`;
	}

	/** @param {CardSettings} config @param {Channel} channel */
	#row(config, channel) {
		const current = known(channel.now);
		const about = this.t(current ? "card.on" : "guide.nothing_known", { name: channel.name });
		return html`<a class="row" href=${pathOf(channel)}>
			<img src=${channel.logo} width="36" height="36" alt=${channel.name} />
			<span>
				${line(current?.title ?? channel.name, "strong")}
				${line((config.next && nextLine(this.context, channel)) || about, "small")}
			</span>
			<span class="end">
				${current
					? html`<span class="small">${this.context.clock.time(current.stop)}</span>
							${meter(current)}`
					: nothing}
			</span>
		</a>`;
	}

	/** @param {CardSettings} config @param {Channel[]} channels */
	#guide({ hours }, channels) {
		const { clock } = this.context;
		const time = now();
		const from = Math.floor(time / HALF_HOUR) * HALF_HOUR;
		const until = from + hours * HOUR;
		this.#load(channels, from, until);
		const step = Math.ceil(hours / 3) * HOUR;
		const marks = Array.from({ length: Math.ceil((until - from) / step) }, (_, i) => from + i * step);
		const left = (/** @type {number} */ mark) => ((mark - from) / (until - from)) * 100;
		return html`<div class="hours">
			<div class="scale" aria-hidden="true">
				${marks.map((mark) => html`<span style="left:${left(mark)}%">${clock.time(mark)}</span>`)}
			</div>
			${channels.map(
				({ number, name, logo }) => html`<div class="strip">
					<img src=${logo} width="28" height="28" alt=${name} />
					<ol>
						${(this.#hours.rows[number] ?? []).map(([start, stop, title, , , , filler]) => {
							const { left, width } = placeOf({ start, stop }, from, until);
							const kind = filler ? "filler" : isOnAir({ start, stop }, time) ? "live" : "";
							return html`<li class=${kind} style="left:${left * 100}%;width:${width * 100}%"
								title="${clock.time(start)} ${title}" dir="auto">
								<span class=${width < TINY ? "sr" : ""}>${title}</span>
							</li>`;
						})}
					</ol>
				</div>`,
			)}
		</div>`;
	}

	/**
	 * Load the hours that are drawn; the old ones stay until the new ones are there.
	 * @param {Channel[]} channels @param {number} from @param {number} until
	 */
	async #load(channels, from, until) {
		const { store } = this.context;
		const numbers = channels.map(({ number }) => number);
		const key = `${store.generation} ${from} ${until} ${numbers}`;
		if (this.#isLoading || key === this.#hours.key || !store.online) return;
		this.#isLoading = true;
		try {
			const { rows } = await store.request("guide", { from, to: until, channels: numbers });
			this.#hours = { key, rows };
			this.redraw();
		} catch {
			// The next drawing asks again.
		}
		this.#isLoading = false;
	}
}

const WAITING = html`<div class="frame wait" role="status" aria-busy="true" aria-label="Toonami Downlink">
	<div class="bone"></div>
	<div class="bone"></div>
	<div class="bone"></div>
</div>`;

define("tdl-card", CardBody);

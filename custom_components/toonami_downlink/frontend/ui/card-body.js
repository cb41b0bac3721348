import {
	Context, controls, define, html, loadSheet, nothing, now, Page, signalBars, tokens,
} from "../lib/index.js";
import { Store } from "../lib/store.js";
import { loadText } from "../lib/strings.js";
import { applyTheme } from "../lib/theme.js";
import { chosen, placeOf } from "../model/card.js";
import { known } from "../model/programme.js";
import { HALF_HOUR } from "../model/time.js";
import { hero, heroSheet } from "./hero.js";
import { line, meter, nextLine } from "./now-playing.js";

const cardSheet = loadSheet("card");

/** Cards of one page share what they know. @type {WeakMap<Connection, Store>} */
const shared = new WeakMap();

/** Below this part of the mini-guide's width, nothing of a title could be read. */
const TINY = 0.1;

/** @param {Channel} channel */
const pathOf = (channel) => `/toonami-downlink/guide?channel=${channel.number}`;

/** What is on, for dashboards. */
export class CardBody extends Page {
	static sheets = [tokens, controls, heroSheet, cardSheet];
	static period = 10_000;

	/** @type {CardSettings | undefined} */
	#config;
	/** @type {Hass | undefined} */
	#hass;
	/** @type {{key: string, rows: Record<string, Row[]>}} */
	#hours = { key: "", rows: {} };
	#isLoading = false;

	set config(/** @type {CardSettings} */ config) {
		this.#config = config;
		this.redraw();
	}

	set hass(/** @type {Hass} */ hass) {
		const old = this.#hass;
		this.#hass = hass;
		if (old?.connection !== hass.connection || old.locale !== hass.locale) this.#speak(hass);
		if (this.isConnected && old?.themes !== hass.themes) applyTheme(this, hass);
	}

	/** @param {Hass} hass */
	async #speak(hass) {
		const text = await loadText(hass.locale.language);
		if (this.#hass?.locale !== hass.locale) return;
		this.lang = text.language;
		// None of our languages is written from right to left, whatever the page around it is.
		this.dir = "ltr";
		const store = shared.get(hass.connection) ?? new Store(hass.connection);
		shared.set(hass.connection, store);
		this.context = new Context(() => /** @type {Hass} */ (this.#hass), text, store);
	}

	connectedCallback() {
		super.connectedCallback();
		if (this.#hass) applyTheme(this, this.#hass);
	}

	start() {
		this.context.store.open();
		this.context.store.addEventListener("change", this.#onChange);
	}

	stop() {
		this.context.store.removeEventListener("change", this.#onChange);
		this.context.store.close();
	}

	#onChange = () => this.redraw();

	template() {
		const config = this.#config;
		const { overview, loaded, online } = this.context.store;
		if (!overview || !config) return WAITING;
		if (!loaded || loaded.generation === null) return this.#silence(loaded);
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
	#silence(overview) {
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
		const until = from + hours * 2 * HALF_HOUR;
		this.#need(channels, from, until);
		const step = Math.ceil(hours / 3) * 2 * HALF_HOUR;
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
							const kind = filler ? "filler" : start <= time && time < stop ? "live" : "";
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
	 * Load the hours that are drawn; what there is stays until then.
	 * @param {Channel[]} channels @param {number} from @param {number} until
	 */
	async #need(channels, from, until) {
		const { store } = this.context;
		const numbers = channels.map(({ number }) => number);
		const key = `${store.generation} ${from} ${until} ${numbers}`;
		if (this.#isLoading || key === this.#hours.key || !store.online) return;
		this.#isLoading = true;
		try {
			const { rows } = await store.ask("guide", { from, to: until, channels: numbers });
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

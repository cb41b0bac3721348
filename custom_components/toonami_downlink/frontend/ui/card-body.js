import {
	Context, controls, define, html, loadSheet, nothing, now, Page, send, signalBars, tokens,
} from "../lib/index.js";
import { Store } from "../lib/store.js";
import { loadStrings } from "../lib/strings.js";
import { applyLanguage, applyTheme } from "../lib/theme.js";
import { chosen, placeOf, showingsOf } from "../model/card.js";
import { episodeLine, isOnAir, known } from "../model/programme.js";
import { HALF_HOUR, HOUR } from "../model/time.js";
import { CardActions } from "./card-actions.js";
import { hero, heroSheet } from "./hero.js";
import { line, meter, nextLine, onAir } from "./now-playing.js";
import { star } from "./star.js";

/** The cards of one page share a store. @type {WeakMap<Connection, Store>} */
const shared = new WeakMap();

/** The longest text that can be searched for. */
const MAX_QUERY = 100;

const ROOT = "/toonami-downlink";

/** The place in the panel where a channel is watched. @param {{number: number}} channel */
const watchPath = ({ number }) => `${ROOT}/watch/${number}`;

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
	/** @type {{key: string, results: [number, ...Row][]}} */
	#found = { key: "", results: [] };
	#isLoading = false;
	#actions = new CardActions(this);
	#hasTexts = false;

	set config(/** @type {CardSettings} */ config) {
		this.#config = config;
		this.#actions.settings = config;
		this.toggleAttribute("fits", config.fits);
		this.redraw();
	}

	set hass(/** @type {Hass} */ hass) {
		const old = this.#hass;
		this.#hass = hass;
		if (old?.connection !== hass.connection || old.locale !== hass.locale) this.#loadText(hass);
		if (old?.themes !== hass.themes) this.#applyTheme();
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
		this.#applyTheme();
	}

	/** Now, and once Home Assistant has put the theme's colours in place. */
	#applyTheme() {
		const apply = () => {
			if (this.isConnected && this.#hass) applyTheme(this, this.#hass);
		};
		apply();
		requestAnimationFrame(apply);
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
		const { title } = config;
		const channels = title ? loaded.channels : chosen(loaded.channels, config.names);
		if (!channels.length) return html`<p class="frame note">${this.t("card.no_channels")}</p>`;
		return html`<section class="frame ${online ? "" : "away"}" aria-label=${title || "Toonami Downlink"}>
			<div class="all">
				${title ? this.#showings(title, channels) : this.#channels(config, channels)}
			</div>
		</section>`;
	}

	/** @param {CardSettings} config @param {Channel[]} channels */
	#channels(config, channels) {
		return html`${channels.map((channel, index) =>
			config.picture && !index ? this.#large(config, channel) : this.#row(config, channel),
		)}
		${config.guide ? this.#guide(config, channels) : nothing}`;
	}

	/** @param {Overview | undefined} overview */
	#notLoaded(overview) {
		const waits = overview?.refreshing ? "state.first.title" : "state.no_signal.title";
		return html`<div class="frame note" role="status">
			${signalBars(0)}<b>${this.t(overview ? waits : "state.not_loaded.title")}</b>
			${overview ? nothing : html`<span class="dim">${this.t("card.not_loaded")}</span>`}
		</div>`;
	}

	/**
	 * A link that does what the user has chosen for a tap and a hold.
	 * @param {string} kind @param {Channel} channel @param {unknown} content @param {string} [path]
	 */
	#link(kind, channel, content, path = watchPath(channel)) {
		const actions = this.#actions;
		const hass = () => /** @type {Hass} */ (this.#hass);
		return html`<a class=${kind} href=${path} draggable="false"
			@pointerdown=${(/** @type {PointerEvent} */ event) => actions.down(event, hass(), channel)}
			@pointermove=${(/** @type {PointerEvent} */ event) => actions.move(event)}
			@pointerup=${() => actions.end()} @pointercancel=${() => actions.end()}
			@contextmenu=${(/** @type {Event} */ event) => actions.menu(event)}
			@click=${(/** @type {MouseEvent} */ event) => actions.click(event, hass(), channel)}>
			${content}
		</a>`;
	}

	/** @param {CardSettings} config @param {Channel} channel */
	#large(config, channel) {
		return this.#link(config.next ? "large" : "large brief", channel, hero(this.context, channel));
	}

	/** @param {CardSettings} config @param {Channel} channel */
	#row(config, channel) {
		const current = known(channel.now);
		return this.#link("row", channel, html`
			<img src=${channel.logo} width="36" height="36" alt="" />
			<span>
				${line(channel.name, "small")}
				${line(current?.title ?? this.t("guide.nothing_known"), "strong")}
				${line(config.next ? nextLine(this.context, channel) : "", "small")}
			</span>
			<span class="end">
				${current
					? html`<span class="small">${star(this.context, channel.number, current)}
								${this.context.clock.time(current.stop)}</span>
							${meter(current)}`
					: nothing}
			</span>`);
	}

	/** @param {string} title @param {Channel[]} channels */
	#showings(title, channels) {
		this.#search(title);
		const byNumber = new Map(channels.map((channel) => [channel.number, channel]));
		const showings = showingsOf(this.#found.results, title, now());
		const rows = showings.map((showing) => {
			const channel = byNumber.get(showing.number);
			return channel ? this.#showing(showing, channel) : nothing;
		});
		return html`<h2 class="title" dir="auto">${title}</h2>
			${showings.length || !this.#found.key
				? rows
				: html`<p class="none" role="status">${this.t("card.no_showing", { title })}</p>`}`;
	}

	/** @param {Listed} showing @param {Channel} channel */
	#showing(showing, channel) {
		const { clock, text } = this.context;
		const { start, stop } = showing;
		const isLive = isOnAir(showing, now());
		const path = `${ROOT}/guide/${channel.number}/${start}`;
		return this.#link("row", channel, html`
			<img src=${channel.logo} width="36" height="36" alt="" />
			<span>
				${isLive
					? html`<span class="line strong">${onAir(this.context)}</span>`
					: line(clock.dayWord(start, now()), "strong day")}
				${line(channel.name, "small")}
				${line(episodeLine(showing, showing.episode_title, text), "small")}
			</span>
			<span class="end">
				${star(this.context, channel.number, showing)}
				<span class="strong times">${clock.time(isLive ? stop : start)}</span>
				${isLive ? meter(showing) : nothing}
			</span>`, isLive ? undefined : path);
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
		return html`<div class="hours" role="group" tabindex="0" aria-label=${this.t("guide.grid")}
			style="--hours:${(until - from) / HOUR}">
			<div class="scale" aria-hidden="true">
				${marks.map((mark) => html`<span style="left:${left(mark)}%">${clock.time(mark)}</span>`)}
			</div>
			${channels.map((channel) => this.#strip(channel, from, until))}
		</div>`;
	}

	/** @param {Channel} channel @param {number} from @param {number} until */
	#strip({ number, name, logo }, from, until) {
		const { clock } = this.context;
		const time = now();
		return html`<div class="strip">
				<p class="name"><img src=${logo} width="20" height="20" alt="" /> ${line(name, "small")}</p>
				<ol aria-label=${name}>
					${(this.#hours.rows[number] ?? []).map(([start, stop, title, , , , filler]) => {
						const { left, width } = placeOf({ start, stop }, from, until);
						const kind = filler ? "filler" : isOnAir({ start, stop }, time) ? "live" : "";
						return html`<li class=${kind} style="left:${left * 100}%;width:${width * 100}%"
							title="${clock.time(start)} ${title}" dir="auto"><span>${title}</span></li>`;
					})}
				</ol>
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
		if (key === this.#hours.key) return;
		await this.#once("guide", { from, to: until, channels: numbers }, ({ rows }) => {
			this.#hours = { key, rows };
		});
	}

	/** Look for the showings of a title; those found before stay until then. @param {string} title */
	async #search(title) {
		// What is found are the nearest showings: with the time, others become that.
		const key = `${this.context.store.generation} ${Math.floor(now() / HOUR)} ${title}`;
		if (key === this.#found.key) return;
		const query = title.slice(0, MAX_QUERY);
		// Else it could be beyond what one answer has of what has these words in it.
		await this.#once("guide/search", { query, title }, ({ results }) => {
			this.#found = { key, results };
		});
	}

	/**
	 * Ask for something, unless that is going on; what cannot be had now is asked for again when it
	 * is drawn next.
	 * @param {string} type @param {object} fields @param {(answer: any) => void} take
	 */
	async #once(type, fields, take) {
		const { store } = this.context;
		if (this.#isLoading || !store.online) return;
		this.#isLoading = true;
		try {
			take(await store.request(type, fields));
			this.redraw();
		} catch {
			// Asked for again.
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

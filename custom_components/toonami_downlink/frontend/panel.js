import {
	Context, controls, define, html, icon, loadSheet, mark, nothing, now, signalBars, tokens,
} from "./lib/index.js";
import { DownlinkElement } from "./lib/element.js";
import { Places } from "./lib/places.js";
import { Store } from "./lib/store.js";
import { loadStrings } from "./lib/strings.js";
import { applyLanguage, applyTheme } from "./lib/theme.js";
import { conditionOf, LOOKS } from "./model/health.js";
import { GUIDE, ROOT, pathOf } from "./model/place.js";
import { Position } from "./model/position.js";
import { startOfDay, zoneOf } from "./model/time.js";
import { RefreshButton } from "./ui/refresh-button.js";
import { banner, noSignal, notRunning, outdated, skeleton } from "./ui/states.js";
import "./ui/guide-page.js";

/** The television of a panel that was taken away, although nobody has left it. @type {Player | undefined} */
let kept;
/** What the address asked to watch, and was watched: zapping does not change the address. @type {number | null} */
let followed = null;

/** The pages; the last two are for administrators. @type {{page: PageName, icon: string}[]} */
const PAGES = [
	{ page: "guide", icon: "schedule" },
	{ page: "shows", icon: "star" },
	{ page: "recordings", icon: "record" },
	{ page: "connect", icon: "players" },
	{ page: "status", icon: "provider" },
];

const FOR_ALL = 3;

/** How long the rest is not drawn without the guide, in milliseconds. */
const PATIENCE = 500;

const LOW = matchMedia("(max-height: 480px)");
/** Where there may be room for the timeline, which shows the guide of a whole day. */
const WIDE = matchMedia("(min-width: 700px)");

/** The panel: the frame around the pages. */
class DownlinkPanel extends DownlinkElement {
	static sheets = [tokens, controls, loadSheet("states"), loadSheet("shell")];

	/** @type {Hass | undefined} */
	#hass;
	/** @type {Store | undefined} */
	#store;
	/** @type {Context | undefined} */
	#context;
	#places = new Places();
	/** Which time the guide shows: it stays while other pages are shown. */
	#position = new Position();
	/** Where the guide was left. @type {Place} */
	#guide = GUIDE;
	#narrow = false;
	#running = new AbortController();
	#refresh = new RefreshButton(this);
	#isBroken = false;
	#isOutdated = false;
	/** Whether there is an entry; undefined until that is known. @type {boolean | undefined} */
	#isSetUp;
	/** Whether the first day of the guide is on its way, and worth waiting for. */
	#isExpecting = false;
	/** The television, once somebody watches. @type {Player | undefined} */
	#player;
	/** The channel that is to be watched; 0 for none. */
	#asked = 0;

	constructor() {
		super();
		this.addEventListener("watch", (event) => {
			this.#watch(/** @type {CustomEvent<number>} */ (event).detail);
		});
		// Something else is heard now.
		this.addEventListener("hush", () => this.#player?.set.leave());
	}

	/** Home Assistant sets this at every change of any state: it has to stay cheap. */
	set hass(/** @type {Hass} */ hass) {
		const old = this.#hass;
		this.#hass = hass;
		const isNew = old?.connection !== hass.connection;
		if (isNew) this.#connect();
		if (isNew || old.locale !== hass.locale || old.user !== hass.user) this.#loadText();
		if (!old || old.themes !== hass.themes) applyTheme(this, hass);
	}

	/** @param {boolean} narrow */
	set narrow(narrow) {
		this.#narrow = narrow;
		this.redraw();
	}

	/** Home Assistant sets this when the path changes; what is in the address, it only has in parts. */
	set route(/** @type {{path: string} | undefined} */ _route) {
		this.#places.read();
	}

	connectedCallback() {
		super.connectedCallback();
		this.#takeOver();
		this.#running = new AbortController();
		const { signal } = this.#running;
		this.#places.addEventListener("change", this.#onPlace, { signal });
		this.#places.follow(signal);
		this.#onPlace();
		LOW.addEventListener("change", () => this.redraw(), { signal });
		const restyle = () => this.#hass && applyTheme(this, this.#hass);
		const observer = new MutationObserver(restyle);
		// A theme without modes can change its colours without Home Assistant telling of it.
		observer.observe(document.documentElement, { attributeFilter: ["style"] });
		signal.addEventListener("abort", () => observer.disconnect());
		if (this.#hass) {
			this.#connect();
			this.#loadText();
			applyTheme(this, this.#hass);
		}
	}

	disconnectedCallback() {
		this.#running.abort();
		this.#store?.close();
		this.#store = undefined;
		this.#context = undefined;
		// Home Assistant makes another panel when somebody looks at a tab again, and after a restart.
		if (location.pathname.startsWith(ROOT)) kept = this.#player;
		else followed = null;
	}

	/** Go on with the television of the panel before: not sooner, because not all panels are shown. */
	#takeOver() {
		this.#player ??= kept;
		kept = undefined;
		if (this.#player) this.#player.onchange = () => this.redraw();
	}

	/** @param {number} number */
	async #watch(number) {
		this.#asked = number;
		try {
			await import("./ui/player.js");
			this.#player ??= /** @type {Player} */ (document.createElement("tdl-player"));
			this.#player.onchange = () => this.redraw();
			this.#isOutdated = false;
		} catch {
			// As with the pages, its files may be gone.
			this.#isOutdated = true;
		}
		this.redraw();
	}

	drawn() {
		const player = this.#player;
		const context = this.#context;
		if (!player || !context?.store.loaded) return;
		player.context = context;
		this.#dock();
		if (this.#asked) player.watch(this.#asked);
		this.#asked = 0;
	}

	/** Let the picture be where the guide has its place for it, or in the corner. */
	#dock = () => this.#player?.place(this.root.querySelector("tdl-guide")?.screen);

	#onPlace = () => {
		// What could not be had may be there by now.
		this.#isOutdated = false;
		const { place } = this.#places;
		const { page, channel, date, watch } = place;
		if (watch && watch !== followed) this.#watch(watch);
		followed = watch;
		if (page === "guide") this.#guide = { ...GUIDE, channel, date };
		this.redraw();
	};

	#connect() {
		if (!this.#hass || !this.isConnected) return;
		this.#store?.close();
		this.#store = new Store(this.#hass.connection);
		this.#store.open();
		this.#store.addEventListener("change", () => this.redraw());
		const { page, date } = this.#places.place;
		this.#isExpecting = page === "guide" && !date && WIDE.matches;
		if (this.#isExpecting) this.#expectToday(this.#hass, this.#store);
	}

	/** Ask for the guide together with the overview, and draw both at once. @param {Hass} hass @param {Store} store */
	#expectToday(hass, store) {
		const zone = zoneOf(hass);
		const end = () => {
			if (store !== this.#store || !this.#isExpecting) return;
			this.#isExpecting = false;
			this.redraw();
		};
		store.expectDay(startOfDay(now(), zone), zone).then(end);
		setTimeout(end, PATIENCE);
	}

	async #loadText() {
		const hass = this.#hass;
		if (!hass || !this.isConnected) return;
		try {
			const text = await loadStrings(hass.locale.language, "panel");
			if (!this.#store || this.#hass?.locale !== hass.locale) return;
			applyLanguage(this, text);
			this.#context = new Context(() => /** @type {Hass} */ (this.#hass), text, this.#store);
		} catch {
			this.#isBroken = true;
		}
		this.redraw();
	}

	template() {
		return html`${this.#all()} ${this.#player ?? nothing}`;
	}

	#all() {
		const context = this.#context;
		const store = this.#store;
		// There are no strings yet to say it in another language.
		if (this.#isBroken && !context) return html`<p role="alert">Toonami Downlink could not load its texts. Reload the page.</p>`;
		if (!context || !store) return skeleton("Toonami Downlink");
		this.toggleAttribute("low", LOW.matches);
		const { page } = this.#places.place;
		const isAllowed = pagesFor(context).some((one) => one.page === page);
		return this.#frame(context, store, isAllowed ? page : "guide");
	}

	/** @param {Context} context @param {Store} store @param {PageName} page */
	#frame(context, store, page) {
		const condition = conditionOf(store.overview, store.online);
		// On a screen that is not even as high as a hand, the tabs are beside the title.
		const isBelow = this.#narrow && !LOW.matches;
		return html`
			${this.#header(context, condition, page, isBelow)}
			${banner(context, condition, page === "status" ? undefined : store.loaded)}
			<main class=${condition === "offline" ? "away" : ""}>${this.#content(context, store, page)}</main>
			${isBelow ? this.#nav(context, page, "bottom") : nothing}
		`;
	}

	/**
	 * @param {Context} context @param {Condition} condition @param {PageName} page
	 * @param {boolean} isBelow - whether the tabs are at the other end of the screen
	 */
	#header(context, condition, page, isBelow) {
		const { bars, tone } = LOOKS[condition];
		return html`<header>
			${this.#narrow || context.hass.dockedSidebar === "always_hidden"
				? html`<button class="icon" aria-label=${context.t("menu")} @click=${this.#toggleMenu}>
						${icon("menu", 24)}
					</button>`
				: nothing}
			<span class="mark">${mark()}</span>
			<h1><span class="wide">TOONAMI </span>DOWNLINK</h1>
			<p class="health ${tone}" role="status">
				${signalBars(bars)} <span>${context.t(`health.${condition}`)}</span>
			</p>
			${!isBelow ? this.#nav(context, page, "top") : nothing}
		</header>`;
	}

	/** @param {Context} context @param {PageName} current @param {"top" | "bottom"} place */
	#nav(context, current, place) {
		return html`<nav class=${place} aria-label=${context.t("nav.label")}>
			${pagesFor(context).map(
				({ page, icon: name }) => html`<a href=${this.#hrefOf(page, current)}
					aria-current=${page === current ? "page" : "false"}>
					${place === "bottom" ? icon(name) : nothing} ${context.t(`nav.${page}`)}
				</a>`,
			)}
		</nav>`;
	}

	/** From another page, the way back to the guide is to where it was left. @param {PageName} page @param {PageName} current */
	#hrefOf(page, current) {
		return page === "guide" && current !== page ? pathOf(this.#guide) : `${ROOT}/${page}`;
	}

	/** @param {Context} context @param {Store} store @param {PageName} page */
	#content(context, store, page) {
		const { overview } = store;
		if (!overview || this.#isExpecting) return skeleton(context.t("state.tuning"));
		if (!overview.loaded) return this.#notLoaded(context);
		this.#isSetUp = undefined;
		if (page !== "guide") return this.#lazyPage(context, page);
		if (overview.generation === null) return noSignal(context, overview, this.#refresh);
		return html`${this.#isOutdated ? outdated(context) : nothing}
			<tdl-guide .places=${this.#places} .position=${this.#position}
			.context=${context} .watched=${this.#player?.number} @drawn=${this.#dock}></tdl-guide>`;
	}

	/** @param {Context} context */
	#notLoaded(context) {
		if (this.#isSetUp === undefined && context.isAdmin) {
			context.entry().then(
				(entry) => {
					this.#isSetUp = Boolean(entry);
					this.redraw();
				},
				() => {},
			);
		}
		return notRunning(context, this.#isSetUp);
	}

	/**
	 * Draw a page whose code is loaded when it is first shown: before that, its element must not
	 * be made.
	 * @param {Context} context @param {Exclude<PageName, "guide">} page
	 */
	#lazyPage(context, page) {
		if (customElements.get(`tdl-${page}`)) {
			if (page === "shows") return html`<tdl-shows .context=${context}></tdl-shows>`;
			if (page === "recordings") return html`<tdl-recordings .context=${context}></tdl-recordings>`;
			return page === "connect"
				? html`<tdl-connect .context=${context}></tdl-connect>`
				: html`<tdl-status .context=${context}></tdl-status>`;
		}
		if (this.#isOutdated) return outdated(context);
		import(`./ui/${page}-page.js`)
			// After an update, the files that this page was loaded from are gone.
			.catch(() => (this.#isOutdated = true))
			.then(() => this.redraw());
		return skeleton(context.t("state.tuning"));
	}

	#toggleMenu = () => {
		this.dispatchEvent(new Event("hass-toggle-menu", { bubbles: true, composed: true }));
	};
}

/** @param {Context} context */
const pagesFor = ({ isAdmin }) => (isAdmin ? PAGES : PAGES.slice(0, FOR_ALL));

define("toonami-downlink-panel", DownlinkPanel);

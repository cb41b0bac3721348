import {
	Context, controls, define, html, icon, loadSheet, mark, nothing, signalBars, tokens,
} from "./lib/index.js";
import { DownlinkElement } from "./lib/element.js";
import { Store } from "./lib/store.js";
import { loadStrings } from "./lib/strings.js";
import { applyLanguage, applyTheme } from "./lib/theme.js";
import { conditionOf, LOOKS } from "./model/health.js";
import { RefreshButton } from "./ui/refresh-button.js";
import { banner, noSignal, notRunning, outdated, skeleton } from "./ui/states.js";
import "./ui/guide-page.js";

/** The television of a panel that was taken away, although nobody has left it. @type {Player | undefined} */
let kept;

const ROOT = "/toonami-downlink";

/** @type {{page: PageName, icon: string}[]} */
const PAGES = [
	{ page: "guide", icon: "schedule" },
	{ page: "connect", icon: "players" },
	{ page: "status", icon: "provider" },
];

/** The panel: the frame around the pages. */
class DownlinkPanel extends DownlinkElement {
	static sheets = [tokens, controls, loadSheet("states"), loadSheet("shell")];

	/** @type {Hass | undefined} */
	#hass;
	/** @type {Store | undefined} */
	#store;
	/** @type {Context | undefined} */
	#context;
	/** @type {PageName} */
	#page = "guide";
	#narrow = false;
	#refresh = new RefreshButton(this);
	#isBroken = false;
	#isOutdated = false;
	/** Whether there is an entry; undefined until that is known. @type {boolean | undefined} */
	#isSetUp;
	/** The television, once somebody watches. @type {Player | undefined} */
	#player = kept;
	/** The channel that is to be watched. */
	#asked = 0;

	constructor() {
		super();
		kept = undefined;
		this.addEventListener("watch", (event) => {
			this.#watch(/** @type {CustomEvent<number>} */ (event).detail);
		});
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

	set narrow(/** @type {boolean} */ narrow) {
		this.#narrow = narrow;
		this.redraw();
	}

	set route(/** @type {{path: string} | undefined} */ route) {
		const asked = route?.path.split("/")[1];
		const page = PAGES.find((item) => item.page === asked)?.page ?? "guide";
		if (asked === "watch") this.#watch(Number(route?.path.split("/")[2]));
		if (page === this.#page) return;
		this.#page = page;
		this.redraw();
	}

	connectedCallback() {
		super.connectedCallback();
		if (this.#hass) {
			this.#connect();
			this.#loadText();
			applyTheme(this, this.#hass);
		}
	}

	disconnectedCallback() {
		this.#store?.close();
		this.#store = undefined;
		this.#context = undefined;
		// Home Assistant makes another panel when somebody looks at a tab again, and after a restart.
		if (location.pathname.startsWith(ROOT)) kept = this.#player;
	}

	/** @param {number} number */
	async #watch(number) {
		this.#asked = number;
		try {
			await import("./ui/player.js");
			this.#player ??= /** @type {Player} */ (document.createElement("tdl-player"));
			this.#player.onchange = () => this.redraw();
		} catch {
			this.#isOutdated = true;
		}
		this.redraw();
	}

	drawn() {
		const player = this.#player;
		const context = this.#context;
		if (!player || !context?.store.loaded) return;
		player.context = context;
		this.#place();
		if (this.#asked) player.watch(this.#asked);
		this.#asked = 0;
	}

	#connect() {
		if (!this.#hass || !this.isConnected) return;
		this.#store?.close();
		this.#store = new Store(this.#hass.connection);
		this.#store.open();
		this.#store.addEventListener("change", () => this.redraw());
	}

	async #loadText() {
		const hass = this.#hass;
		if (!hass || !this.isConnected) return;
		try {
			const text = await loadStrings(hass.locale.language);
			if (!this.#store || this.#hass?.locale !== hass.locale) return;
			applyLanguage(this, text);
			this.#context = new Context(() => /** @type {Hass} */ (this.#hass), text, this.#store);
		} catch {
			this.#isBroken = true;
		}
		this.redraw();
	}

	/** Let the picture be where the guide has its place for it, or in the corner. */
	#place = () => this.#player?.place(this.root.querySelector("tdl-guide")?.screen);

	template() {
		return html`${this.#frame()} ${this.#player ?? nothing}`;
	}

	#frame() {
		const context = this.#context;
		const store = this.#store;
		// There are no strings yet to say it in another language.
		if (this.#isBroken && !context) return html`<p role="alert">Toonami Downlink could not load its texts. Reload the page.</p>`;
		if (!context || !store) return skeleton("Toonami Downlink");
		const condition = conditionOf(store.overview, store.online);
		const page = context.isAdmin ? this.#page : "guide";
		return html`
			${this.#header(context, condition, page)}
			${banner(context, condition, page === "status" ? undefined : store.loaded)}
			<main class=${condition === "offline" ? "away" : ""}>${this.#content(context, store, page)}</main>
			${this.#narrow && context.isAdmin ? this.#nav(context, page, "bottom") : nothing}
		`;
	}

	/** @param {Context} context @param {Condition} condition @param {PageName} page */
	#header(context, condition, page) {
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
			${!this.#narrow && context.isAdmin ? this.#nav(context, page, "top") : nothing}
		</header>`;
	}

	/** @param {Context} context @param {PageName} current @param {"top" | "bottom"} place */
	#nav(context, current, place) {
		return html`<nav class=${place} aria-label=${context.t("nav.label")}>
			${PAGES.map(
				({ page, icon: name }) => html`<a href="${ROOT}/${page}"
					aria-current=${page === current ? "page" : "false"}>
					${place === "bottom" ? icon(name) : nothing} ${context.t(`nav.${page}`)}
				</a>`,
			)}
		</nav>`;
	}

	/** @param {Context} context @param {Store} store @param {PageName} page */
	#content(context, store, page) {
		const { overview } = store;
		if (!overview) return skeleton(context.t("state.tuning"));
		if (!overview.loaded) return this.#notLoaded(context);
		this.#isSetUp = undefined;
		if (page !== "guide") return this.#lazyPage(context, page);
		if (overview.generation === null) return noSignal(context, overview, this.#refresh);
		return html`<tdl-guide .context=${context} .watched=${this.#player?.number}
			@drawn=${this.#place}></tdl-guide>`;
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
	 * @param {Context} context @param {"connect" | "status"} page
	 */
	#lazyPage(context, page) {
		if (customElements.get(`tdl-${page}`)) {
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

define("toonami-downlink-panel", DownlinkPanel);

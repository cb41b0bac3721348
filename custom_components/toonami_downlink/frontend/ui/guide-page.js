import {
	controls, define, html, isComposing, loadSheet, nothing, now, Page, send, watchHere,
} from "../lib/index.js";
import { Scale } from "../model/grid.js";
import { DAY, HALF_HOUR, HOUR, addDays, daysBetween, startOfDay } from "../model/time.js";
import { GuideGrid } from "./guide-grid.js";
import { GuideList } from "./guide-list.js";
import { hero, heroSheet } from "./hero.js";
import { watchButton } from "./now-playing.js";
import { ProgrammeSheet } from "./programme-sheet.js";
import { SearchBox } from "./search-box.js";

const LIST_BELOW = 700;
const NARROW_BELOW = 900;
/** The hour of another day that most look for. */
const EVENING = 18 * HOUR;

/** The guide: a timeline, or on a narrow screen a list. */
class GuidePage extends Page {
	static sheets = [controls, heroSheet, loadSheet("guide")];
	static period = 1000;

	#width = 0;
	#day = 0;
	#tuned = 0;
	/** @type {number | null} */
	#picked = null;
	#isPlaced = false;
	/** The number of the channel on the television. @type {number | undefined} */
	#watched;
	#observer = new ResizeObserver(([entry]) => this.#resize(entry.contentRect.width));

	start() {
		const { signal } = this;
		this.#tuned ||= Number(parameter("channel"));
		this.context.store.addEventListener("change", this.#onChange, { signal });
		window.addEventListener("keydown", this.#onKey, { signal });
		this.#observer.observe(this);
		signal.addEventListener("abort", () => this.#observer.disconnect());
	}

	set watched(/** @type {number | undefined} */ watched) {
		if (watched === this.#watched) return;
		this.#watched = watched;
		this.redraw();
	}

	/** Where the picture of the television belongs. */
	get screen() {
		return this.root.querySelector(".set .screen");
	}

	get #isList() {
		return this.#width < LIST_BELOW;
	}

	/** The overview, once the width is known. */
	get #overview() {
		return this.#width ? this.context.store.loaded : undefined;
	}

	get #zone() {
		return this.context.clock.zone;
	}

	get #grid() {
		const grid = this.root.querySelector("tdl-grid");
		return grid instanceof GuideGrid ? grid : undefined;
	}

	template() {
		const overview = this.#overview;
		if (!overview) return nothing;
		this.#day ||= startOfDay(now(), this.#zone);
		this.toggleAttribute("list", this.#isList);
		const hasDays = !this.#isList || this.#picked !== null;
		return html`
			<div class="tools">
				${hasDays ? this.#days(overview) : nothing}
				<tdl-search .context=${this.context} @choose=${this.#onChoose}></tdl-search>
				${hasDays
					? html`<button class="button" @click=${this.#goNow}>${this.t("guide.now")}</button>`
					: nothing}
			</div>
			${this.#isList ? this.#list(overview) : this.#timeline(overview)}
			<tdl-sheet .context=${this.context}></tdl-sheet>
		`;
	}

	/** @param {Overview} overview */
	#days({ guide }) {
		const { clock } = this.context;
		const { from, until } = guide ?? { from: now(), until: now() + 1 };
		const today = startOfDay(now(), this.#zone);
		return html`<div class="days" role="group" aria-label=${this.t("guide.days")}>
			${daysBetween(from, until, this.#zone).map(
				(day) => html`<button aria-pressed=${day === this.#day} title=${clock.date(day)}
					@click=${() => this.#goDay(day)}>
					${day === today ? this.t("guide.today") : clock.weekday(day)}<b>${clock.day(day)}</b>
				</button>`,
			)}
		</div>`;
	}

	/** @param {Overview} overview */
	#hero({ channels }) {
		const shown = this.#watched ?? this.#tuned;
		const channel = channels.find(({ number }) => number === shown) ?? channels[0];
		if (!channel) return nothing;
		const watch = this.#watched ? nothing : watchButton(this.context, channel);
		return html`<div class="hero-slot ${this.#watched ? "set" : ""}">
			${hero(this.context, channel, watch)}
		</div>`;
	}

	/** @param {Overview} overview */
	#timeline(overview) {
		const keys = [["← → ↑ ↓", "move"], ["Enter", "open"], ["n", "now"], ["/", "search"]];
		return html`
			${this.#hero(overview)}
			<tdl-grid @open=${this.#onOpen} @tune=${this.#onTune} @window=${this.#onWindow}></tdl-grid>
			<p class="rest" aria-hidden="true">
				${keys.map(([key, what]) => html`<kbd>${key}</kbd> ${this.t(`keys.${what}`)}`)}
			</p>
		`;
	}

	/** @param {Overview} overview */
	#list(overview) {
		return html`<div class="list">
			${this.#picked === null ? this.#hero(overview) : nothing}
			<tdl-list @open=${this.#onOpen} @pick=${this.#onPick}></tdl-list>
		</div>`;
	}

	drawn() {
		send(this, "drawn");
		const overview = this.#overview;
		if (!overview) return;
		if (this.#isList) this.#fillList(overview);
		else this.#fillGrid(overview);
	}

	/** @param {Overview} overview */
	#fillList({ channels }) {
		const { context } = this;
		if (this.#picked !== null) context.store.loadDay(this.#day, this.#zone);
		const list = this.find("tdl-list", GuideList);
		Object.assign(list, { context, channels, picked: this.#picked, day: this.#day });
		list.redraw();
	}

	/** @param {Overview} overview */
	#fillGrid({ channels, guide }) {
		const { from, until } = guide ?? { from: now(), until: now() + DAY };
		const end = addDays(startOfDay(until - 1, this.#zone), 1, this.#zone);
		const scale = new Scale(
			startOfDay(from, this.#zone),
			Math.min(Math.ceil(until / HALF_HOUR) * HALF_HOUR, end),
			this.#width < NARROW_BELOW ? 120 : 200,
		);
		this.#grid?.show(this.context, channels, scale);
		if (!this.#isPlaced) {
			this.#isPlaced = true;
			this.#grid?.scrollToTime(Number(parameter("time")) || now());
		}
	}

	tick() {
		this.#grid?.tick();
		if (Math.floor(now()) % 10 === 0) this.redraw();
	}

	/** @param {number} width */
	#resize(width) {
		const wasList = this.#isList;
		this.#width = width;
		if (wasList !== this.#isList) this.#isPlaced = false;
		this.redraw();
	}

	#onChange = (/** @type {Event} */ event) => {
		if (/** @type {CustomEvent} */ (event).detail === "guide" && this.#grid) this.#grid.refresh();
		else this.redraw();
	};

	/** @param {WindowEvent} event */
	#onWindow = ({ detail: { days, day } }) => {
		for (const item of days) this.context.store.loadDay(item, this.#zone);
		if (day === this.#day) return;
		this.#day = day;
		this.redraw();
	};

	/** @param {ChoiceEvent} event */
	#onTune = ({ target, detail: { channel, isChosen } }) => {
		if (isChosen && this.#watched) watchHere({ target }, channel.number);
		if (channel.number === this.#tuned) return;
		this.#tuned = channel.number;
		this.redraw();
	};

	/** @param {ChoiceEvent} event */
	#onOpen = ({ detail: { channel, programme } }) => this.#open(channel, programme);

	/** @param {CustomEvent<{number: number | null}>} event */
	#onPick = ({ detail: { number } }) => {
		this.#picked = number;
		this.#tuned = number ?? this.#tuned;
		this.#day = 0;
		this.redraw();
	};

	/** @param {ChoiceEvent} event */
	#onChoose = ({ detail: { channel, programme } }) => {
		this.#tuned = channel.number;
		this.#day = startOfDay(programme.start, this.#zone);
		if (this.#isList) this.#picked = channel.number;
		this.#grid?.scrollToTime(programme.start);
		this.redraw();
		this.#open(channel, programme);
	};

	/** @param {Channel} channel @param {Shown} programme */
	#open(channel, programme) {
		this.find("tdl-sheet", ProgrammeSheet).open(channel, programme);
	}

	/** @param {number} day */
	#goDay(day) {
		this.#day = day;
		this.redraw();
		const isToday = day === startOfDay(now(), this.#zone);
		this.#grid?.scrollToTime(isToday ? now() : day + EVENING);
	}

	#goNow = () => {
		this.#day = startOfDay(now(), this.#zone);
		this.redraw();
		if (this.#grid?.shadowRoot?.activeElement) this.#grid.focusNow();
		else this.#grid?.scrollToTime(now(), true);
	};

	#onKey = (/** @type {KeyboardEvent} */ event) => {
		const sheet = this.root.querySelector("tdl-sheet");
		const isCovered = sheet instanceof ProgrammeSheet && sheet.isOpen;
		const isOther = event.ctrlKey || event.metaKey || event.altKey || isComposing(event);
		if (isCovered || isOther || isTyping(event)) return;
		if (event.key === "n") this.#goNow();
		else if (event.key === "/") this.find("tdl-search", SearchBox).focusInput();
		else return;
		event.preventDefault();
	};
}

/** A parameter in the address of this page. @param {string} what */
const parameter = (what) => new URLSearchParams(location.search).get(what);

/** @param {Event} event */
function isTyping(event) {
	const target = event.composedPath()[0];
	return target instanceof HTMLElement && /^(input|select|textarea)$/i.test(target.tagName);
}

define("tdl-guide", GuidePage);

import {
	controls, define, html, isComposing, loadSheet, nothing, now, Page, send, watchHere,
} from "../lib/index.js";
import { Scale, slotFor } from "../model/grid.js";
import { partAt } from "../model/guide.js";
import { dateFor, dayFor } from "../model/place.js";
import { EVENING, stepFrom, tonight } from "../model/position.js";
import { DAY, HALF_HOUR, addDays, hourOf, startOfDay } from "../model/time.js";
import { about, days } from "./guide-bar.js";
import { GuideGrid } from "./guide-grid.js";
import { GuideList } from "./guide-list.js";
import { hero, heroSheet } from "./hero.js";
import { watchButton } from "./now-playing.js";
import { SearchHost } from "./search-host.js";
import { SheetHost } from "./sheet-host.js";

const LIST_BELOW = 700;

/** The guide: a timeline, or on a narrow screen a list. */
export class GuidePage extends Page {
	static sheets = [controls, heroSheet, loadSheet("guide")];
	static period = 1000;

	/** Where the panel is. @type {Places} */
	places = /** @type {any} */ (undefined);
	/** Which time is shown; it outlives this page. @type {Position} */
	position = /** @type {any} */ (undefined);
	#width = 0;
	#tuned = 0;
	#day = 0;
	#isPlaced = false;
	/** The number of the channel on the television. @type {number | undefined} */
	#watched;
	#sheet = new SheetHost(this);
	#search = new SearchHost(this);
	#observer = new ResizeObserver(([entry]) => this.#resize(entry.contentRect.width));

	start() {
		const { signal } = this;
		this.context.store.addEventListener("change", this.#onChange, { signal });
		this.places.addEventListener("change", this.#onPlace, { signal });
		window.addEventListener("keydown", this.#onKey, { signal });
		for (const name of ["pointerdown", "pointermove", "keydown", "wheel"]) {
			const touch = () => this.position.touch(now());
			window.addEventListener(name, touch, { signal, passive: true });
		}
		this.#observer.observe(this);
		signal.addEventListener("abort", () => this.#observer.disconnect());
		this.#onPlace();
	}

	/** @param {number | undefined} watched */
	set watched(watched) {
		if (watched === this.#watched) return;
		this.#watched = watched;
		this.redraw();
	}

	/** Where the picture of the television belongs. */
	get screen() {
		return this.root.querySelector(".playing .screen");
	}

	get isList() {
		return this.#width < LIST_BELOW;
	}

	/** The overview, once the width is known. */
	get #overview() {
		return this.#width ? this.context.store.loaded : undefined;
	}

	get #zone() {
		return this.context.clock.zone;
	}

	/** The number of the channel whose day the list shows. */
	get #picked() {
		return this.isList ? this.places.place.channel : null;
	}

	get #grid() {
		const grid = this.root.querySelector("tdl-grid");
		return grid instanceof GuideGrid ? grid : undefined;
	}

	/** Which day is shown: when it begins. */
	get #shownDay() {
		return startOfDay(this.position.at(now()), this.#zone);
	}

	template() {
		const overview = this.#overview;
		if (!overview) return nothing;
		this.#day = this.#shownDay;
		const { isFollowing } = this.position;
		this.toggleAttribute("list", this.isList);
		const isBrief = this.isList && this.#picked === null && isFollowing;
		return html`
			<div class="tools">
				${about(this.context, this.position, this.#picked !== null, this.#onStep, this.#goNow, this.#goTonight)}
				${isBrief ? nothing : days(this.context, overview, this.#day, this.#goDay)}
				${this.#search.template(this.context, this.#onChoose)}
			</div>
			${this.#sheet.note(this.context)}
			${this.isList ? this.#list(overview) : this.#timeline(overview)}
			${this.#sheet.template(this.context)}
		`;
	}

	/** @param {Overview} overview */
	#hero({ channels }) {
		const shown = this.#watched ?? this.#tuned;
		const channel = channels.find(({ number }) => number === shown) ?? channels[0];
		if (!channel) return nothing;
		const watch = this.#watched ? nothing : watchButton(this.context, channel);
		return html`<div class="hero-slot">
			${hero(this.context, channel, watch, Boolean(this.#watched))}
		</div>`;
	}

	/** @param {Overview} overview */
	#timeline(overview) {
		const keys = [["← → ↑ ↓", "move"], ["Enter", "open"], ["n", "now"], ["/", "search"]];
		return html`
			${this.#hero(overview)}
			<tdl-grid @open=${this.#onOpen} @tune=${this.#onTune} @window=${this.#onWindow}
				@move=${this.#onMove}></tdl-grid>
			<p class="rest" aria-hidden="true">
				${keys.map(([key, what]) => html`<kbd>${key}</kbd> ${this.t(`keys.${what}`)}`)}
			</p>
		`;
	}

	/** @param {Overview} overview */
	#list(overview) {
		const isBrief = this.#picked === null && this.position.isFollowing;
		return html`<div class="list">
			${isBrief ? this.#hero(overview) : nothing}
			<tdl-list @open=${this.#onOpen} @pick=${this.#onPick}></tdl-list>
		</div>`;
	}

	drawn() {
		send(this, "drawn");
		const overview = this.#overview;
		if (!overview) return;
		if (this.isList) this.#fillList(overview);
		else this.#fillGrid(overview);
		this.#sheet.follow(overview.channels);
		// What is wanted next is fetched when the guide is there.
		this.#search.load().then(() => this.#sheet.load());
	}

	/** @param {Overview} overview */
	#fillList({ channels }) {
		const { context, position } = this;
		const picked = this.#picked;
		if (picked !== null || !position.isFollowing) context.store.loadDay(this.#day, this.#zone);
		const at = position.isFollowing ? null : position.at(now());
		const list = this.find("tdl-list", GuideList);
		Object.assign(list, { context, channels, picked, day: this.#day, at });
		list.redraw();
	}

	/** @param {Overview} overview */
	#fillGrid({ channels, guide }) {
		const { since: from, until } = guide ?? { since: now(), until: now() + DAY };
		const end = addDays(startOfDay(until - 1, this.#zone), 1, this.#zone);
		const scale = new Scale(
			startOfDay(from, this.#zone),
			Math.min(Math.ceil(until / HALF_HOUR) * HALF_HOUR, end),
			slotFor(this.#width),
		);
		this.#grid?.show(this.context, channels, scale);
		if (!this.#isPlaced) {
			this.#isPlaced = true;
			// The address was followed before it was known that there is a timeline: with that, it has
			// no date.
			this.#settle();
		}
	}

	tick() {
		const { position } = this;
		this.#grid?.tick();
		if (!this.#sheet.isOpen && position.rest(now())) this.#settle();
		if (position.isFollowing) this.#grid?.follow(now());
		if (Math.floor(now()) % 10 === 0) this.redraw();
	}

	/** @param {number} width */
	#resize(width) {
		const wasList = this.isList;
		this.#width = width;
		if (wasList !== this.isList) this.#isPlaced = false;
		this.redraw();
	}

	#onChange = (/** @type {Event} */ event) => {
		if (/** @type {CustomEvent} */ (event).detail !== "overview" && this.#grid) this.#grid.refresh();
		else this.redraw();
	};

	/** Be where the address says. */
	#onPlace = () => {
		const { channel, watch, date } = this.places.place;
		this.#tuned = watch ?? channel ?? this.#tuned;
		const day = date === null ? this.#shownDay : dayFor(date, this.#zone);
		if (day !== this.#shownDay) this.#goTo(hourOf(day, EVENING, this.#zone));
		this.redraw();
	};

	/** @param {WindowEvent} event */
	#onWindow = ({ detail }) => {
		for (const day of detail.days) this.context.store.loadDay(day, this.#zone);
	};

	/** @param {CustomEvent<{time: number}>} event */
	#onMove = ({ detail: { time } }) => {
		const wasFollowing = this.position.isFollowing;
		this.position.go(time, now());
		// Behind the grid in this frame: it asks how far it is scrolled, while nothing has changed yet.
		if (wasFollowing || this.#day !== this.#shownDay) requestAnimationFrame(() => this.redraw());
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
		if (number === null) this.places.leave({ channel: null, date: null });
		else this.places.go({ channel: number, date: this.#dateToShow });
	};

	/** @param {ChoiceEvent} event */
	#onChoose = ({ detail: { channel, programme } }) => {
		this.#tuned = channel.number;
		this.#goTo(programme.start);
		this.#open(channel, programme);
	};

	/** @param {Channel} channel @param {Shown} programme */
	#open(channel, programme) {
		this.#sheet.open(channel, partAt(programme, now()));
	}

	/** The date of the day that is shown, if that is not simply today. */
	get #dateToShow() {
		return this.position.isFollowing ? null : dateFor(this.#shownDay, this.#zone);
	}

	/** @param {number} time @param {boolean} [isSmooth] */
	#goTo(time, isSmooth) {
		this.position.go(time, now());
		this.#settle(isSmooth);
	}

	/** Show the time of a programme that an address led to. @param {number} time */
	arrive(time) {
		// What is on by now is there already.
		if (time > now()) this.#goTo(time);
	}

	/** Show what the position says. @param {boolean} [isSmooth] */
	#settle(isSmooth) {
		this.#grid?.scrollToTime(this.position.at(now()), isSmooth);
		const { place } = this.places;
		if (place.start === null && place.watch === null && (place.date || this.#picked !== null)) {
			this.places.replace({ date: this.#picked === null ? null : this.#dateToShow });
		}
		this.redraw();
	}

	/** @param {number} day */
	#goDay = (day) => {
		if (day === startOfDay(now(), this.#zone)) this.#goNow();
		else this.#goTo(hourOf(day, EVENING, this.#zone));
	};

	#goNow = () => {
		this.position.follow();
		if (this.#grid?.shadowRoot?.activeElement) this.#grid.focusNow();
		this.#settle(true);
	};

	#goTonight = () => this.#goTo(tonight(now(), this.#zone), true);

	/** @param {-1 | 1} step */
	#onStep = (step) => {
		const guide = this.context.store.loaded?.guide;
		if (!guide) return;
		const { since: from, until } = guide;
		const time = this.#grid
			? Math.min(Math.max(this.#grid.beside(step), from), until - 1)
			: stepFrom(this.position.at(now()), step, this.#picked !== null, { from, until }, this.#zone);
		this.#goTo(time, true);
	};

	#onKey = (/** @type {KeyboardEvent} */ event) => {
		const isOther = event.ctrlKey || event.metaKey || event.altKey || isComposing(event);
		if (this.#sheet.isOpen || isOther || isTyping(event)) return;
		if (event.key === "n") this.#goNow();
		else if (event.key === "/") this.#search.focus();
		else return;
		event.preventDefault();
	};
}

/** @param {Event} event */
function isTyping(event) {
	const target = event.composedPath()[0];
	return target instanceof HTMLElement && /^(input|select|textarea)$/i.test(target.tagName);
}

define("tdl-guide", GuidePage);

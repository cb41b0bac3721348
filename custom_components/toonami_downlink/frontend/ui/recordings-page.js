import {
	controls, define, html, icon, loadSheet, nothing, Page,
} from "../lib/index.js";
import { sections, usedPart } from "../model/library.js";
import { GUIDE, pathOf } from "../model/place.js";
import { Recordings } from "../model/recordings.js";
import { sizeOf } from "../model/streams.js";
import { RecordedHost } from "./recorded-host.js";
import { askDialog, playDialog } from "./recordings-dialogs.js";
import "./recordings-icons.js";
import { done, planned, running } from "./recordings-list.js";
import { RecordingRules } from "./recordings-rules.js";
import { PlayOn } from "./play-on.js";
import { settingsLink } from "./states.js";
import { takeInstead } from "./way-out.js";

/** Up to so many, all shows are open. */
const FEW = 12;
/** How many shows, and how many planned ones, are listed at first and with each wish for more. */
const LISTED = 20;

/** The page of recordings: those of now, those to come, those that are there, and the room for them. */
export class RecordingsPage extends Page {
	static sheets = [controls, loadSheet("dialog"), loadSheet("recordings")];
	static period = 5000;

	/** @type {Recordings<Recording>} */
	#all = new Recordings();
	/** @type {Space | undefined} */
	#space;
	/** How many older ones are not told. */
	#more = 0;
	#isKnown = false;
	/** Of few shows, those that were closed. @type {Set<string>} */
	#closed = new Set();
	/** Of many shows, the one that is open. */
	#opened = "";
	/** How many recordings of that are listed. */
	#inShow = LISTED;
	#shows = LISTED;
	#planned = LISTED;
	/** What the dialog asks about. @type {RecordingQuestion | undefined} */
	#asked;
	/** What is to be played on a player of the house. @type {Recording | undefined} */
	#moved;
	/** What was cancelled just now. @type {Recording | undefined} */
	#cancelled;
	#isFailed = false;
	#rules = new RecordingRules(this);
	#recorded = new RecordedHost(this);
	#playOn = new PlayOn(this);

	start() {
		const { store } = this.context;
		store.addEventListener("change", () => this.redraw(), { signal: this.signal });
		store.subscribe("recordings", this.signal, (event) => this.#take(event), { all: true });
	}

	/** @param {RecordingsEvent<Recording>} event */
	#take(event) {
		this.#all.update(event);
		this.#space = event.space;
		this.#more = event.more ?? 0;
		this.#isKnown = event.loaded;
		this.redraw();
	}

	template() {
		if (!this.#isKnown) {
			return html`<div class="page"><p role="status" class="dim">${this.t("state.tuning")}</p></div>`;
		}
		const { now, planned: soon, shows } = sections(this.#all.items.values());
		const isOn = this.#all.isOn;
		return html`<div class="page">
			${isOn ? nothing : this.#off()}
			<p class="said" role="status">${this.#said()}</p>
			<p class="alert" role="alert">${this.#isFailed || this.#recorded.isFailed ? this.t("rec.not_done") : nothing}</p>
			<div class="lists">
				${now.length ? this.#running(now) : nothing} ${isOn ? this.#soon(soon) : nothing}
				${isOn || shows.length ? this.#done(shows) : nothing}
			</div>
			<div class="side">${isOn ? this.#side() : nothing}</div>
			${askDialog(this.context, this.#asked, this.#act)}
			${playDialog(this.context, this.#moved, this.#playOn)}
			${this.#recorded.template()}
		</div>`;
	}

	#side() {
		return html`${this.#space ? this.#room(this.#space) : nothing}
			${this.#rules.template(this.context, this.#all.rules)}`;
	}

	#off() {
		const { isAdmin, text } = this.context;
		return html`<section class="card off" aria-labelledby="off">
			<h2 id="off">${this.t("rec.off")}</h2>
			<p>${this.t(isAdmin ? "rec.off_admin" : "rec.off_ask")}</p>
			${isAdmin ? settingsLink(text) : nothing}
		</section>`;
	}

	#said() {
		if (!this.#cancelled) return nothing;
		const { title: name, channel, reason } = this.#cancelled;
		// What is no longer in the guide cannot be planned again: by now there is another programme.
		const isLost = channel === null || reason === "left_guide";
		return html`<span dir="auto">${this.t("rec.cancelled", { name })}</span>
			${isLost ? nothing : html`<button class="button" @click=${this.#undo}>${this.t("mine.undo")}</button>`}`;
	}

	/** @param {Recording[]} items */
	#running(items) {
		return html`<section class="card" aria-labelledby="now">
			<h2 id="now">${this.t("rec.now")}</h2>
			<ul>${items.map((one) => running(this.context, one, this.#actions))}</ul>
		</section>`;
	}

	/** @param {Recording[]} items */
	#soon(items) {
		const rest = items.length - this.#planned;
		return html`<section class="card" aria-labelledby="planned">
			<h2 id="planned" tabindex="-1">${this.t("rec.planned")}</h2>
			${items.length
				? html`<ul>${items.slice(0, this.#planned).map((one) => planned(this.context, this.#all, one, this.#actions))}</ul>`
				: html`<p class="dim">${this.t("rec.none_planned")}</p>
						<a class="button" href=${pathOf(GUIDE)}>${icon("schedule")} ${this.t("nav.guide")}</a>`}
			${this.#moreButton(rest, () => (this.#planned += LISTED))}
		</section>`;
	}

	/** @param {ReturnType<typeof sections>["shows"]} shows */
	#done(shows) {
		const count = shows.reduce((sum, { items }) => sum + items.length, 0);
		return html`<section class="card" aria-labelledby="done">
			<h2 id="done" tabindex="-1">${this.t("rec.done")}</h2>
			${count ? nothing : html`<p class="dim">${this.t("rec.none_done")}</p>`}
			${shows.slice(0, this.#shows).map((show) => this.#show(show, count <= FEW))}
			${this.#moreButton(shows.length - this.#shows, () => (this.#shows += LISTED))}
			${this.#more ? html`<p class="dim">${this.t("rec.older", { count: this.#more })}</p>` : nothing}
		</section>`;
	}

	/** @param {ReturnType<typeof sections>["shows"][number]} show @param {boolean} isFew */
	#show({ key, title, items, size }, isFew) {
		const mayChange = this.context.isAdmin && this.#all.isOn;
		if (items.length === 1) return html`<ul>${done(this.context, items[0], this.#actions, mayChange)}</ul>`;
		const isOpen = isFew ? !this.#closed.has(key) : this.#opened === key;
		const onToggle = (/** @type {Event} */ { target }) => {
			const { open } = /** @type {HTMLDetailsElement} */ (target);
			if (open !== isOpen) this.#toggle(key, open, isFew);
		};
		return html`<details .open=${isOpen} @toggle=${onToggle}>
			<summary>
				<h3 dir="auto">${title}</h3>
				<span class="small">${this.t("rec.count", { count: items.length })} · ${sizeOf(size, this.context.number)}</span>
			</summary>
			${isOpen
				? html`<ul>${items.slice(0, this.#inShow).map((one) => done(this.context, one, this.#actions, mayChange, true))}</ul>
						${this.#moreButton(items.length - this.#inShow, () => (this.#inShow += LISTED))}`
				: nothing}
		</details>`;
	}

	/** Open or close a show; of many, only one is open. @param {string} key @param {boolean} open @param {boolean} isFew */
	#toggle(key, open, isFew) {
		if (!isFew) {
			// Another one is closed by what opens this, and says so as well.
			if (open || this.#opened === key) this.#opened = open ? key : "";
			this.#inShow = LISTED;
		} else if (open) this.#closed.delete(key);
		else this.#closed.add(key);
		this.redraw();
	}

	/** @param {number} rest @param {() => void} widen */
	#moreButton(rest, widen) {
		if (rest <= 0) return nothing;
		const onClick = () => {
			widen();
			this.redraw();
		};
		return html`<button class="button more" @click=${onClick}>${this.t("rec.more", { count: rest })}</button>`;
	}

	/** @param {Space} space */
	#room(space) {
		const { number } = this.context;
		const { used, quota, free, warning } = space;
		const [has, of] = [used, quota].map((bytes) => sizeOf(bytes, number));
		const part = usedPart(space);
		return html`<section class="card" aria-labelledby="space">
			<h2 id="space">${this.t("rec.space")}</h2>
			<p>${quota > 0 ? this.t("rec.used_of", { used: has, quota: of }) : this.t("rec.used", { used: has })}</p>
			${quota > 0
				? html`<div class="bar ${part > 0.9 ? "full" : ""}" role="meter" aria-label=${this.t("rec.space")}
						aria-valuemin="0" aria-valuemax="100" aria-valuenow=${Math.round(part * 100)}>
						<i style="width:${part * 100}%"></i>
					</div>`
				: nothing}
			${free === null ? nothing : html`<p class="dim">${this.t("rec.free", { free: sizeOf(free, number) })}</p>`}
			${warning
				? html`<p class="state warn">${icon("warn")} <span dir="auto">${warning}</span></p>`
				: nothing}
		</section>`;
	}

	/** @type {import("./recordings-list.js").Actions} */
	#actions = {
		play: (recording) => void this.#recorded.play(this.context, recording),
		playOn: (recording) => {
			this.#moved = recording;
			this.#playOn.reset();
			this.#open("#play-on");
		},
		keep: ({ id, kept }) => void this.#ask("keep", { recording: id, keep: !kept }),
		cancel: async (recording) => {
			if (!(await this.#ask("cancel", { recording: recording.id }))) return;
			this.#cancelled = recording;
			this.#focus("#planned");
		},
		ask: (what, recording) => {
			this.#asked = { what, recording };
			this.#open("#ask");
		},
		take: async ({ id }, { channel, start }) => {
			if (await this.#try(takeInstead(this.context.store, id, { channel, start }))) this.#focus("#planned");
		},
	};

	/** Do what the dialog has asked about. */
	#act = async () => {
		const { what, recording } = /** @type {RecordingQuestion} */ (this.#asked);
		this.find("#ask", HTMLDialogElement).close();
		const command = what === "stop" ? "cancel" : "delete";
		if (await this.#ask(command, { recording: recording.id })) this.#focus("#done");
	};

	#undo = async () => {
		const { channel, start } = /** @type {Recording} */ (this.#cancelled);
		if (await this.#ask("record", { channel, start })) this.#focus("#planned");
	};

	/** The button that had the focus goes with its recording. @param {string} heading */
	#focus(heading) {
		this.draw();
		/** @type {HTMLElement | null} */ (this.root.querySelector(heading))?.focus();
	}

	/** @param {string} dialog */
	#open(dialog) {
		this.draw();
		this.find(dialog, HTMLDialogElement).showModal();
	}

	/** @param {string} what @param {object} fields */
	#ask(what, fields) {
		return this.#try(this.context.store.request(`recordings/${what}`, fields));
	}

	/** @param {Promise<unknown>} answer @returns {Promise<boolean>} whether it was done */
	async #try(answer) {
		this.#isFailed = !(await answer.then(() => true, () => false));
		// What failed has left everything as it was: also what can be undone.
		if (!this.#isFailed) this.#cancelled = undefined;
		this.redraw();
		return !this.#isFailed;
	}
}

define("tdl-recordings", RecordingsPage);

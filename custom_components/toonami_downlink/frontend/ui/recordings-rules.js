import { codeOf, Controller, html, icon, nothing } from "../lib/index.js";
import { daysOf, weekday } from "../model/library.js";
import { preview } from "./follow-button.js";
import { line } from "./now-playing.js";

/** Milliseconds after the last key. */
const DELAY = 300;
const DAYS = [0, 1, 2, 3, 4, 5, 6];
/** The most recordings that a rule can be told to keep. */
const MAX_KEPT = 1000;

/** What makes recordings by itself: the list, and for administrators a form. */
export class RecordingRules extends Controller {
	#element;
	#text = "";
	/** @type {FollowKind} */
	#kind = "show";
	/** The key of the only channel; empty for all. */
	#channel = "";
	#isOnlyMissing = true;
	#keepLast = "";
	#days = new Set(DAYS);
	/** @type {FollowPreview | undefined} */
	#preview;
	#timer = 0;
	/** @type {"" | "failed" | "refused"} */
	#trouble = "";

	/** @param {import("../lib/element.js").DownlinkElement} element */
	constructor(element) {
		super(element);
		this.#element = element;
	}

	/** @param {Context} context @param {Rule[]} rules */
	template(context, rules) {
		const { isAdmin, t } = context;
		const follows = rules.some(({ kind }) => kind === "followed");
		return html`<section class="card rules" aria-labelledby="rules">
			<h2 id="rules" tabindex="-1">${t("rule.title")}</h2>
			${rules.length
				? html`<ul>${rules.map((rule) => html`<li>${this.#rule(context, rule)}</li>`)}</ul>`
				: html`<p class="dim">${t("rule.none")}</p>`}
			${isAdmin && !follows
				? html`<button class="button" @click=${() => this.#addFollowed(context)}>
						${icon("star")} ${t("rule.add_followed")}
					</button>`
				: nothing}
			${isAdmin ? this.#form(context) : nothing}
			<p class="alert" role="alert">${this.#trouble ? t(`rule.${this.#trouble}`) : nothing}</p>
		</section>`;
	}

	/** @param {Context} context @param {Rule} rule */
	#rule({ clock, isAdmin, store, t }, rule) {
		const { id, kind, text, channel, only_missing: isOnlyMissing, keep_last: last, days } = rule;
		const name = kind === "followed" ? t("rule.followed") : text;
		const words = [
			kind === "followed" ? "" : t(`follow.kind.${kind}`),
			store.loaded?.channels.find(({ key }) => key === channel)?.name ?? "",
			isOnlyMissing ? t("rule.only_missing") : t("rule.every"),
			last === null ? "" : t("rule.keeps", { count: last }),
			daysOf(days, clock),
		].filter(Boolean);
		const label = t("rule.remove", { name });
		return html`<span class="words">${line(name, "title")} <span class="small" dir="auto">${words.join(" · ")}</span></span>
			${isAdmin
				? html`<button class="icon" aria-label=${label} title=${label} @click=${() => this.#remove(store, id)}>
						${icon("close")}
					</button>`
				: nothing}`;
	}

	/** @param {Context} context */
	#form(context) {
		const { clock, store, t } = context;
		const change = (/** @type {() => void} */ set) => {
			set();
			this.#look(context);
			this.redraw();
		};
		const valueOf = (/** @type {Event} */ { target }) => /** @type {HTMLInputElement} */ (target).value;
		const day = (/** @type {number} */ number) => html`<label class="day">
			<input type="checkbox" .checked=${this.#days.has(number)} @change=${() => change(() => this.#toggle(number))} />
			<span>${weekday(number, clock)}</span>
		</label>`;
		return html`<details class="add"><summary><h3>${t("rule.add")}</h3></summary>
			<form @submit=${(/** @type {Event} */ event) => this.#add(event, context)}>
			<label for="rule-text">${t("rule.text")}</label>
			<div class="pair">
				<input id="rule-text" class="field" maxlength="100" autocomplete="off" .value=${this.#text}
					@input=${(/** @type {Event} */ event) => change(() => (this.#text = valueOf(event)))} />
				<select class="field" aria-label=${t("rule.kind")}
					@change=${(/** @type {Event} */ event) => change(() => (this.#kind = /** @type {FollowKind} */ (valueOf(event))))}>
					${["show", "block", "words"].map((kind) => html`<option value=${kind} .selected=${kind === this.#kind}>${t(`follow.kind.${kind}`)}</option>`)}
				</select>
			</div>
			<label for="rule-channel">${t("rule.channel")}</label>
			<select id="rule-channel" class="field"
				@change=${(/** @type {Event} */ event) => change(() => (this.#channel = valueOf(event)))}>
				<option value="" .selected=${!this.#channel}>${t("rule.any")}</option>
				${store.loaded?.channels.map(({ key, name }) => html`<option value=${key} .selected=${key === this.#channel}>${name}</option>`)}
			</select>
			<label class="choice">
				<input type="checkbox" .checked=${this.#isOnlyMissing}
					@change=${() => change(() => (this.#isOnlyMissing = !this.#isOnlyMissing))} />
				<span>${t("rule.only_missing")}</span>
			</label>
			<label for="rule-last">${t("rule.keep_last")}</label>
			<input id="rule-last" class="field" type="number" min="1" max=${MAX_KEPT} step="1" inputmode="numeric"
				placeholder=${t("rule.all")} .value=${this.#keepLast}
				@input=${(/** @type {Event} */ event) => change(() => (this.#keepLast = valueOf(event)))} />
			<fieldset><legend>${t("rule.days")}</legend><div class="days">${DAYS.map(day)}</div></fieldset>
			${this.#text.trim() ? preview(context, this.#preview) : nothing}
			<button class="button main" ?disabled=${!this.#text.trim() || !this.#days.size}>
				${icon("record")} ${t("rule.save")}
			</button>
			</form>
		</details>`;
	}

	/** @param {number} day */
	#toggle(day) {
		if (!this.#days.delete(day)) this.#days.add(day);
	}

	get #what() {
		const text = this.#text.trim();
		return { kind: this.#kind, text, ...(this.#channel && { channel: this.#channel }) };
	}

	/** Look what would be matched, once nothing is typed any more. @param {Context} context */
	#look({ store }) {
		clearTimeout(this.#timer);
		const asked = this.#what;
		this.#preview = undefined;
		if (!asked.text) return;
		this.#timer = window.setTimeout(async () => {
			const found = await store.request("follows/preview", asked).catch(() => ({ showings: [], count: 0 }));
			if (JSON.stringify(asked) !== JSON.stringify(this.#what)) return;
			this.#preview = found;
			this.redraw();
		}, DELAY);
	}

	/** @param {Event} event @param {Context} context */
	async #add(event, context) {
		event.preventDefault();
		const last = Number(this.#keepLast);
		const isAdded = await this.#send(context, {
			...this.#what,
			only_missing: this.#isOnlyMissing,
			...(last > 0 && { keep_last: last }),
			days: [...this.#days].sort(),
		});
		if (!isAdded) return;
		this.#text = this.#keepLast = "";
		this.#preview = undefined;
		this.redraw();
	}

	/** @param {Context} context */
	async #addFollowed(context) {
		if (await this.#send(context, { kind: "followed", text: "" })) this.#focus();
	}

	/** @param {Context} context @param {object} rule */
	#send({ store }, rule) {
		return this.#ask(store.request("recordings/rules/add", rule));
	}

	/** @param {Store} store @param {string} rule */
	async #remove(store, rule) {
		if (await this.#ask(store.request("recordings/rules/remove", { rule }))) this.#focus();
	}

	/** The button that had the focus goes with what it did. */
	#focus() {
		/** @type {HTMLElement | null} */ (this.#element.root.querySelector("#rules"))?.focus();
	}

	/** @param {Promise<unknown>} answer @returns {Promise<boolean>} whether it was done */
	async #ask(answer) {
		this.#trouble = "";
		try {
			await answer;
		} catch (error) {
			this.#trouble = codeOf(error) === "recording_refused" ? "refused" : "failed";
		}
		this.redraw();
		return !this.#trouble;
	}
}

import {
	controls, define, html, icon, loadSheet, nothing, now, Page,
} from "../lib/index.js";
import { GUIDE, pathOf } from "../model/place.js";
import { episodeLine } from "../model/programme.js";
import { byNight, DAWN } from "../model/shows.js";
import { preview } from "./follow-button.js";
import { line } from "./now-playing.js";

/** How many showings are listed. */
const LISTED = 100;
/** Milliseconds after the last key. */
const DELAY = 300;

/** The page of what is followed: when it is on, and what it is. */
export class ShowsPage extends Page {
	static sheets = [controls, loadSheet("shows")];

	#words = "";
	/** @type {FollowPreview | undefined} */
	#preview;
	#timer = 0;
	/** What was followed until just now. @type {Follow | undefined} */
	#removed;
	#isFailed = false;

	start() {
		this.context.store.addEventListener("change", () => this.redraw(), { signal: this.signal });
	}

	template() {
		const { follows } = this.context.store;
		return html`<div class="page">
			<section class="when">${follows.items.length ? this.#nights() : this.#none()}</section>
			<section class="what">
				<h2>${this.t("mine.title")}</h2>
				<p class="dim">${this.t("mine.house")}</p>
				<ul class="follows">${follows.items.map((item) => html`<li>${this.#follow(item)}</li>`)}</ul>
				<p class="removed" role="status">
					${this.#removed
						? html`<span dir="auto">${this.t("mine.removed", { name: this.#removed.text })}</span>
								<button class="button" @click=${this.#undo}>${this.t("mine.undo")}</button>`
						: nothing}
				</p>
				<p class="alert" role="alert">${this.#isFailed ? this.t("follow.failed") : nothing}</p>
				${this.#form()}
			</section>
		</div>`;
	}

	#none() {
		return html`<div class="none">
			<span class="large" aria-hidden="true">★</span>
			<p>${this.t("mine.none")}</p>
			<a class="button main" href=${pathOf(GUIDE)}>${icon("schedule")} ${this.t("nav.guide")}</a>
		</div>`;
	}

	#nights() {
		const { clock, store } = this.context;
		const { showings } = store.follows;
		const nights = byNight(showings.slice(0, LISTED), now(), clock.zone);
		const rest = showings.length - LISTED;
		return html`
			${nights.map(
				({ day, showings: found }) => html`<h2>${clock.dayWord(day, now() - DAWN)}</h2>
					<ol class="showings">${found.map((item) => html`<li>${this.#showing(item)}</li>`)}</ol>`,
			)}
			${nights.length ? nothing : html`<p class="dim">${this.t("mine.quiet")}</p>`}
			${rest > 0 ? html`<p class="dim">${this.t("mine.more", { count: rest })}</p>` : nothing}
		`;
	}

	/** @param {number} number */
	#channel(number) {
		return this.context.store.loaded?.channels.find((item) => item.number === number);
	}

	/** The name of the only channel that a follow is about. @param {string | null} key */
	#named(key) {
		return this.context.store.loaded?.channels.find((item) => item.key === key)?.name;
	}

	/** @param {FollowedShowing} showing */
	#showing({ airing, others }) {
		const { clock, text } = this.context;
		const { channel: number, start, stop, title } = airing;
		const channel = this.#channel(number);
		const isOn = start <= now() && now() < stop;
		const also = others.slice(0, 3).map((one) => {
			const name = this.#channel(one.channel)?.name ?? "";
			return `${clock.time(one.start)} ${name}`;
		});
		const episode = episodeLine(
			{ season: airing.season ?? null, episode: airing.episode ?? null },
			airing.episode_title ?? null, text,
		);
		return html`<a class="showing" href=${pathOf({ ...GUIDE, channel: number, start })}>
			<span class="times ${isOn ? "live" : ""}">${isOn ? this.t("guide.on_air") : clock.time(start)}</span>
			${channel ? html`<img src=${channel.logo} width="36" height="36" alt=${channel.name} />` : html`<span></span>`}
			<span class="words">
				${line(title, "title")} ${line(episode, "small")}
				${also.length ? line(this.t("mine.also", { times: also.join(", ") }), "small") : nothing}
			</span>
		</a>`;
	}

	/** @param {Follow} follow */
	#follow(follow) {
		const { text, kind, next, channel } = follow;
		const { clock } = this.context;
		const on = next && this.#channel(next.channel);
		const words = [
			this.t(`follow.kind.${kind}`),
			this.#named(channel),
			on ? this.t("follow.next", { time: clock.dayAndTime(next.start, now()), channel: on.name }) : "",
		].filter(Boolean);
		const name = this.t("follow.stop", { name: text });
		return html`<span class="words">
				${line(text, "title")} ${line(words.join(" · "), "small")}
			</span>
			<button class="icon" title=${name} aria-label=${name} @click=${() => this.#remove(follow)}>
				${icon("close")}
			</button>`;
	}

	#form() {
		return html`<form @submit=${this.#add}>
			<label for="words">${this.t("mine.add")}</label>
			<div class="line-up">
				<input id="words" class="field" maxlength="100" autocomplete="off" aria-describedby="hint"
					.value=${this.#words} @input=${this.#onInput} />
				<button class="button main" ?disabled=${!this.#words.trim()}>${icon("star")} ${this.t("follow.follow")}</button>
			</div>
			<p id="hint" class="dim">${this.t("mine.hint")}</p>
			${this.#words.trim() ? preview(this.context, this.#preview) : nothing}
		</form>`;
	}

	#onInput = (/** @type {InputEvent} */ event) => {
		this.#words = /** @type {HTMLInputElement} */ (event.target).value;
		this.#preview = undefined;
		clearTimeout(this.#timer);
		const words = this.#words.trim();
		if (words) this.#timer = window.setTimeout(() => this.#look(words), DELAY);
		this.redraw();
	};

	/** Look what would be matched. @param {string} text */
	async #look(text) {
		try {
			const found = await this.context.store.request("follows/preview", { kind: "words", text });
			if (text === this.#words.trim()) this.#preview = found;
		} catch {
			// Words without a letter, such as.
			if (text === this.#words.trim()) this.#preview = { showings: [], count: 0 };
		}
		this.redraw();
	}

	#add = async (/** @type {Event} */ event) => {
		event.preventDefault();
		const text = this.#words.trim();
		if (await this.#ask("add", { kind: "words", text })) {
			this.#words = "";
			this.#removed = undefined;
		}
		this.redraw();
	};

	/** @param {Follow} follow */
	async #remove(follow) {
		if (await this.#ask("remove", { follow: follow.id })) this.#removed = follow;
		this.redraw();
	}

	#undo = async () => {
		const { kind, text, channel } = /** @type {Follow} */ (this.#removed);
		const fields = { kind, text, ...(channel !== null && { channel }) };
		if (await this.#ask("add", fields)) this.#removed = undefined;
		this.redraw();
	};

	/** @param {string} what @param {object} fields @returns {Promise<boolean>} */
	async #ask(what, fields) {
		try {
			await this.context.store.request(`follows/${what}`, fields);
			this.#isFailed = false;
		} catch {
			this.#isFailed = true;
		}
		return !this.#isFailed;
	}
}

define("tdl-shows", ShowsPage);

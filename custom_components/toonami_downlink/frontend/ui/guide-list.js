import { controls, define, html, icon, loadSheet, nothing, now, Page, send } from "../lib/index.js";
import { episodeLine, isOnAir, known, titleOf } from "../model/programme.js";
import { addDays } from "../model/time.js";
import { line, meter, nextLine, watchButton } from "./now-playing.js";
import { star } from "./star.js";

/**
 * The guide on a narrow screen: all channels with what is on and next, now or at another time, or
 * a day of one of them.
 *
 * Events: `open` (channel, programme), `pick` (channel number or null).
 */
export class GuideList extends Page {
	static sheets = [controls, loadSheet("list")];

	/** @type {Channel[]} */
	channels = [];
	/** @type {number | null} */
	picked = null;
	day = 0;
	/** The time that is shown; null for now. @type {number | null} */
	at = null;
	#shown = "";

	template() {
		// All channels have to be seen at once: that is what another time is looked up for.
		this.toggleAttribute("later", this.at !== null);
		const channel = this.channels.find(({ number }) => number === this.picked);
		return channel
			? this.#day(channel)
			: html`<ul>
					${this.channels.map(
						(item) => html`<li>${this.at === null ? this.#channel(item) : this.#later(item, this.at)}</li>`,
					)}
				</ul>`;
	}

	drawn() {
		const key = `${this.picked} ${this.day} ${this.at}`;
		if (key === this.#shown || (this.picked !== null && !this.root.querySelector(".item"))) return;
		this.#shown = key;
		const topOf = (/** @type {Element} */ element) => element.getBoundingClientRect().top;
		const wanted = this.root.querySelector(".shown");
		// Not scrollIntoView: that moves Home Assistant around it as well.
		this.parentElement?.scrollTo(0, wanted ? topOf(wanted) - topOf(this) - 128 : 0);
	}

	/** @param {Channel} channel */
	#channel(channel) {
		const current = known(channel.now);
		return this.#row(channel, html`
			${line(`${channel.number} · ${channel.name}`, "small")}
			${line(current?.title ?? this.t("guide.nothing_known"), "title")}
			${current ? meter(current) : nothing} ${line(nextLine(this.context, channel), "small")}
		`);
	}

	/** What is on a channel at another time. @param {Channel} channel @param {number} at */
	#later(channel, at) {
		const { clock, store, t, text } = this.context;
		const programmes = store.guide.shown(channel.number);
		// What begins within the minute is what people mean by that minute.
		const minute = at + 59;
		const current = known(programmes.at(minute) ?? null);
		const isLoaded = Boolean(current) || store.guide.has(this.day);
		const next = known(programmes.beside(minute, 1) ?? null);
		const times = current && `${clock.time(current.start)}–${clock.time(current.stop)}`;
		const about = current && episodeLine(current, current.episode_title, text);
		return this.#row(channel, html`
			<span class="pair">
				${line(current ? titleOf(current) : t(isLoaded ? "guide.nothing_known" : "guide.loading"), "title")}
				${line(channel.name, "small")}
			</span>
			${line([times, about].filter(Boolean).join(" · "), "small")}
			${next ? line(t("guide.next", { time: clock.time(next.start), title: next.title }), "small") : nothing}
		`);
	}

	/** @param {Channel} channel @param {unknown} words */
	#row(channel, words) {
		return html`<button class="channel" @click=${() => send(this, "pick", { number: channel.number })}>
			<img src=${channel.logo} width="48" height="48" alt="" />
			<span class="words">${words}</span>
			<span class="dim">${icon("next")}</span>
		</button>`;
	}

	/** @param {Channel} channel */
	#day(channel) {
		const { clock, store } = this.context;
		const until = addDays(this.day, 1, clock.zone);
		const programmes = store.guide.shown(channel.number).between(this.day, until);
		const back = () => send(this, "pick", { number: null });
		return html`<div class="head">
				<button class="icon" aria-label=${this.t("guide.back")} @click=${back}>${icon("back")}</button>
				<img src=${channel.logo} width="32" height="32" alt="" />
				<h2 dir="auto">${channel.name}</h2>
				${watchButton(this.context, channel)}
			</div>
			${store.guide.has(this.day)
				? html`<ul aria-label=${clock.date(this.day)}>
						${programmes.map((item) => html`<li>${this.#item(channel, item)}</li>`)}
					</ul>`
				: html`<p class="wait" role="status">${this.t("guide.loading")}</p>`}`;
	}

	/** @param {Channel} channel @param {Programme} programme */
	#item(channel, programme) {
		const { clock, text } = this.context;
		const { start, stop, episode_title } = programme;
		const isLive = isOnAir(programme, now());
		const kind = isLive ? "live" : stop <= now() ? "past" : "";
		const at = this.at ?? now();
		return html`<button class="item ${kind} ${start <= at && at < stop ? "shown" : ""}"
			@click=${() => send(this, "open", { channel, programme })}>
			<span class="times">${clock.time(start)}</span>
			<span class="words">
				<span class="title" dir="auto">${star(this.context, channel.number, programme)} ${titleOf(programme)}</span>
				${line(episodeLine(programme, episode_title, text), "small")}
				${isLive ? html`${meter(programme)}<span class="sr">${this.t("guide.on_air")}</span>` : nothing}
			</span>
		</button>`;
	}
}

define("tdl-list", GuideList);

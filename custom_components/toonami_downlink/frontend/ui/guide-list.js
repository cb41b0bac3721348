import { controls, define, html, icon, loadSheet, nothing, now, Page, send } from "../lib/index.js";
import { episodeLine, isOnAir, known } from "../model/programme.js";
import { addDays } from "../model/time.js";
import { line, meter, nextLine, watchButton } from "./now-playing.js";

/**
 * The guide on a narrow screen: all channels with now and next, or a day of one of them.
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
	#shown = "";

	template() {
		const channel = this.channels.find(({ number }) => number === this.picked);
		return channel
			? this.#day(channel)
			: html`<ul>
					${this.channels.map((item) => html`<li>${this.#channel(item)}</li>`)}
				</ul>`;
	}

	drawn() {
		const key = `${this.picked} ${this.day}`;
		if (key === this.#shown || (this.picked !== null && !this.root.querySelector(".item"))) return;
		this.#shown = key;
		const topOf = (/** @type {Element} */ element) => element.getBoundingClientRect().top;
		const live = this.root.querySelector(".live");
		// Not scrollIntoView: that moves Home Assistant around it as well.
		this.parentElement?.scrollTo(0, live ? topOf(live) - topOf(this) - 128 : 0);
	}

	/** @param {Channel} channel */
	#channel(channel) {
		const current = known(channel.now);
		return html`<button class="channel" @click=${() => send(this, "pick", { number: channel.number })}>
			<img src=${channel.logo} width="48" height="48" alt="" />
			<span class="words">
				${line(`${channel.number} · ${channel.name}`, "small")}
				${line(current?.title ?? this.t("guide.nothing_known"), "title")}
				${current ? meter(current) : nothing} ${line(nextLine(this.context, channel), "small")}
			</span>
			<span class="dim">${icon("next")}</span>
		</button>`;
	}

	/** @param {Channel} channel */
	#day(channel) {
		const { clock, store } = this.context;
		const until = addDays(this.day, 1, clock.zone);
		const programmes = store.guide.between(channel.number, this.day, until);
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
		const { start, stop, title, episode_title } = programme;
		const isLive = isOnAir(programme, now());
		return html`<button class="item ${isLive ? "live" : stop <= now() ? "past" : ""}"
			@click=${() => send(this, "open", { channel, programme })}>
			<span class="times">${clock.time(start)}</span>
			<span class="words">
				<span class="title" dir="auto">${title}</span>
				${line(episodeLine(programme, episode_title, text), "small")}
				${isLive ? html`${meter(programme)}<span class="sr">${this.t("guide.on_air")}</span>` : nothing}
			</span>
		</button>`;
	}
}

define("tdl-list", GuideList);

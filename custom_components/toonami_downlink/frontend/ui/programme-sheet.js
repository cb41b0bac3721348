import {
	codeOf, controls, define, html, icon, loadSheet, nothing, now, Page, send,
} from "../lib/index.js";
import { pathOf, GUIDE } from "../model/place.js";
import { creditsByRole, episodeCode, isOnAir } from "../model/programme.js";
import { minutesBetween } from "../model/time.js";
import { Again } from "./again.js";
import { FollowButton } from "./follow-button.js";
import { meter, onAir, watchButton } from "./now-playing.js";
import { PlayOn } from "./play-on.js";
import { picture } from "./picture.js";
import { RecordButton } from "./record-button.js";
import { ShareButton } from "./share-button.js";

/**
 * The dialog with the details of a programme.
 *
 * Events: `close`, `choose` (another showing: channel, programme), `missing` (there is no such one).
 */
export class ProgrammeSheet extends Page {
	static sheets = [controls, loadSheet("sheet")];

	/** @type {ChoiceEvent["detail"] | undefined} */
	#shown;
	#isFailed = false;
	#play = new PlayOn(this);
	#share = new ShareButton(this);
	#again = new Again(this);
	#follow = new FollowButton(this);
	#record = new RecordButton(this);

	start() {
		this.context.store.addEventListener("change", () => this.redraw(), { signal: this.signal });
	}

	/**
	 * Show the programme that starts at a time, and load its details.
	 * @param {Channel} channel @param {number} start
	 * @param {Shown} [known] - what is known of it; without it, the details are waited for
	 * @returns {Promise<boolean>} whether there is such a programme
	 */
	async open(channel, start, known) {
		const shown = { channel, programme: known ?? { title: channel.name, start, stop: start } };
		this.#shown = shown;
		this.#isFailed = false;
		this.#play.reset();
		this.#share.reset();
		this.#again.reset();
		this.#follow.reset();
		this.#record.reset();
		if (known) this.#present();
		try {
			shown.programme = await this.context.store.request("guide/programme", {
				channel: channel.number,
				start,
			});
		} catch (error) {
			if (this.#shown !== shown) return false;
			if (codeOf(error) === "not_found" && !known) {
				send(this, "missing");
				return false;
			}
			this.#isFailed = true;
		}
		if (this.#shown !== shown) return false;
		this.#present();
		if (!this.#isFailed) this.#again.load(this.context, channel, shown.programme);
		return !this.#isFailed;
	}

	/** Close it, if it is open. */
	close() {
		this.#shown = undefined;
		if (this.isOpen) this.#dialog.close();
	}

	get isOpen() {
		return Boolean(this.root.querySelector("dialog[open]"));
	}

	get #dialog() {
		return this.find("dialog", HTMLDialogElement);
	}

	#present() {
		this.draw();
		const dialog = this.#dialog;
		if (dialog.open) return;
		dialog.showModal();
		dialog.scrollTop = 0;
	}

	#onClick = (/** @type {MouseEvent} */ event) => {
		// What is inside of the dialog covers it: only a click on the backdrop meets it itself.
		if (event.target === this.#dialog) this.#dialog.close();
	};

	#onClose = () => {
		// The browser tells it later: by then, something else may have been opened.
		if (this.isOpen) return;
		// Details that arrive later must not open it again.
		this.#shown = undefined;
		this.#record.reset();
		send(this, "close");
	};

	template() {
		return html`<dialog aria-labelledby="title" @click=${this.#onClick} @close=${this.#onClose}
			@watch=${() => this.#dialog.close()}>
			${this.#shown ? this.#content(this.#shown.channel, this.#shown.programme) : nothing}
		</dialog>
		${this.#record.player()}`;
	}

	/** @param {Channel} channel @param {Shown} programme */
	#content(channel, programme) {
		const { description, season = null, episode = null, episode_title: name, start } = programme;
		const code = episodeCode({ season, episode }, this.context.text);
		const path = pathOf({ ...GUIDE, channel: channel.number, start });
		return html`<div class="top">
				${picture(programme.image)}
				<div class="station">
					<img src=${channel.logo} width="28" height="28" alt="" />
					<span dir="auto">${channel.name}</span>
				</div>
				<div class="corner">
					<button class="icon" aria-label=${this.t("close")} @click=${() => this.#dialog.close()}>
						${icon("close")}
					</button>
					${this.#share.template(this.context, programme.title, path)}
				</div>
			</div>
			<div class="body">
				<div>
					<h2 id="title" dir="auto">${programme.title}</h2>
					<p class="sub"><span class="dim">${code}</span> <span dir="auto">${name}</span></p>
				</div>
				${programme.stop > start ? this.#when(programme) : nothing}
				${description ? html`<p class="text" dir="auto">${description}</p>` : nothing}
				${this.#isFailed ? html`<p class="dim" role="status">${this.t("sheet.failed")}</p>` : nothing}
				${this.#facts(programme)}
				${this.#actions(channel, programme)}
			</div>`;
	}

	/**
	 * What can be done with it: to play it while it is on, and to be told when it is on again.
	 * @param {Channel} channel @param {Shown} programme
	 */
	#actions(channel, programme) {
		const time = now();
		const isOn = programme.start <= time && time < programme.stop;
		return html`
			${isOn
				? html`${watchButton(this.context, channel)}
						<div class="section">${this.#play.template(this.context, channel)}</div>`
				: nothing}
			${this.#record.template(this.context, channel, programme)}
			${this.#follow.template(this.context, channel, programme)}
			${this.#again.template(this.context, channel, programme)}
		`;
	}

	/** @param {Shown} programme */
	#when(programme) {
		const { clock } = this.context;
		const { start, stop } = programme;
		const isLive = isOnAir(programme, now());
		return html`<div>
			<p class="when">
				${isLive ? onAir(this.context) : nothing}
				<span>${clock.dayWord(start, now())} ${clock.time(start)}–${clock.time(stop)}</span>
				<span>${this.t("sheet.minutes", { count: minutesBetween(start, stop) })}</span>
			</p>
			${isLive ? meter(programme) : nothing}
		</div>`;
	}

	/** @param {Shown} programme */
	#facts({ categories = [], block, rating, stars, year, credits = [] }) {
		const facts = [
			[this.t("sheet.block"), block],
			[this.t("sheet.rating"), rating],
			[this.t("sheet.stars"), stars && `${stars} / 10`],
			[this.t("sheet.year"), year],
			...creditsByRole(credits).map(([role, names]) => [this.t(`role.${role}`), names.join(", ")]),
		].filter(([, value]) => value);
		return html`
			${categories.length
				? html`<ul class="tags" aria-label=${this.t("sheet.categories")}>
						${categories.map((name) => html`<li dir="auto">${name}</li>`)}
					</ul>`
				: nothing}
			${facts.length
				? html`<dl>
						${facts.map(([name, value]) => html`<dt>${name}</dt><dd dir="auto">${value}</dd>`)}
					</dl>`
				: nothing}
		`;
	}
}

define("tdl-sheet", ProgrammeSheet);

import { controls, define, html, icon, loadSheet, nothing, now, Page } from "../lib/index.js";
import { creditsByRole, episodeCode, isOnAir } from "../model/programme.js";
import { meter, onAir, watchButton } from "./now-playing.js";
import { PlayOn } from "./play-on.js";
import { picture } from "./picture.js";

/** The dialog with the details of a programme. */
export class ProgrammeSheet extends Page {
	static sheets = [controls, loadSheet("sheet")];

	/** @type {ChoiceEvent["detail"] | undefined} */
	#shown;
	#isFailed = false;
	#play = new PlayOn(this);

	/** Show a programme, and load its details. @param {Channel} channel @param {Shown} programme */
	async open(channel, programme) {
		const shown = { channel, programme };
		this.#shown = shown;
		this.#isFailed = false;
		this.#play.reset();
		this.draw();
		const dialog = this.#dialog;
		if (!dialog.open) dialog.showModal();
		dialog.scrollTop = 0;
		try {
			shown.programme = await this.context.store.request("guide/programme", {
				channel: channel.number,
				start: programme.start,
			});
		} catch {
			this.#isFailed = this.#shown === shown;
		}
		this.redraw();
	}

	get isOpen() {
		return Boolean(this.root.querySelector("dialog[open]"));
	}

	get #dialog() {
		return this.find("dialog", HTMLDialogElement);
	}

	#close = () => this.#dialog.close();

	#onClick = (/** @type {MouseEvent} */ event) => {
		// What is inside of the dialog covers it: only a click on the backdrop meets it itself.
		if (event.target === this.#dialog) this.#dialog.close();
	};

	template() {
		return html`<dialog aria-labelledby="title" @click=${this.#onClick} @watch=${this.#close}>
			${this.#shown ? this.#content(this.#shown.channel, this.#shown.programme) : nothing}
		</dialog>`;
	}

	/** @param {Channel} channel @param {Shown} programme */
	#content(channel, programme) {
		const { description, season = null, episode = null, episode_title: name } = programme;
		const code = episodeCode({ season, episode }, this.context.text);
		return html`<div class="top">
				${picture(programme.image)}
				<div class="station">
					<img src=${channel.logo} width="28" height="28" alt="" />
					<span dir="auto">${channel.name}</span>
				</div>
				<button class="icon close" aria-label=${this.t("close")} @click=${() => this.#dialog.close()}>
					${icon("close")}
				</button>
			</div>
			<div class="body">
				<div>
					<h2 id="title" dir="auto">${programme.title}</h2>
					<p class="sub"><span class="dim">${code}</span> <span dir="auto">${name}</span></p>
				</div>
				${this.#when(programme)}
				${description ? html`<p class="text" dir="auto">${description}</p>` : nothing}
				${this.#isFailed ? html`<p class="dim" role="status">${this.t("sheet.failed")}</p>` : nothing}
				${this.#facts(programme)}
				${isOnAir(programme, now()) ? watchButton(this.context, channel) : nothing}
				<div class="section">${this.#play.template(this.context, channel)}</div>
			</div>`;
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
				<span>${this.t("sheet.minutes", { count: Math.round((stop - start) / 60) })}</span>
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

import { controls, define, html, icon, loadSheet, nothing, now, Page } from "../lib/index.js";
import { storedValue, storeValue } from "../lib/stored-values.js";
import { lengthOf, remembered, resumeAt } from "../model/resume.js";
import { MediaSessionTeller } from "./media-session.js";
import "./player-icons.js";
import { RecordedMedia } from "./recorded-media.js";

/** Where each recording was left, under this key. */
const RESUMES = "resume";
/** Seconds between two notes of where it is. */
const NOTED_EVERY = 5;
/** Seconds of a jump back and ahead. */
const BACK = 10;
const AHEAD = 30;
/** Seconds behind the newest picture of what still grows: less, and it would stop there. */
const BEHIND = 12;

/** Plays recordings, above everything else. */
export class RecordedPlayer extends Page {
	static sheets = [controls, loadSheet("recorded")];
	static period = 1000;

	/** @type {Shown & {id: string} | undefined} */
	#shown;
	#noted = 0;
	#player = new RecordedMedia(
		() => this.context.store.request("recordings/watch", { recording: this.#shown?.id }),
		() => this.redraw(),
	);
	#session = new MediaSessionTeller({
		play: () => this.#player.play(),
		pause: () => this.#player.pause(),
		stop: () => this.close(),
		previoustrack: () => this.#jump(-BACK),
		nexttrack: () => this.#jump(AHEAD),
		seekbackward: () => this.#jump(-BACK),
		seekforward: () => this.#jump(AHEAD),
	});

	constructor() {
		super();
		const volume = Number(storedValue("volume") || 1);
		this.#player.media.volume = volume > 0 && volume <= 1 ? volume : 1;
	}

	/** Play a recording, from where it was left. @param {Shown & {id: string}} recording */
	play(recording) {
		this.#shown = recording;
		this.#player.start(resumeAt(storedValue(RESUMES), recording.id));
		this.redraw();
	}

	/** End it. */
	close() {
		this.root.querySelector("dialog")?.close();
	}

	get #isGrowing() {
		return this.context.store.recordings.items.get(this.#shown?.id ?? "")?.state === "recording";
	}

	start() {
		window.addEventListener("pagehide", () => this.#note(), { signal: this.signal });
	}

	disconnectedCallback() {
		super.disconnectedCallback();
		this.#end();
	}

	#end = () => {
		if (!this.#shown) return;
		this.#note();
		this.#player.stop();
		this.#session.stop();
		this.#shown = undefined;
		this.redraw();
	};

	/** Note where it is. */
	#note() {
		const { at, length } = this.#player;
		if (!this.#shown || !length) return;
		storeValue(RESUMES, remembered(storedValue(RESUMES), this.#shown.id, at, length, this.#isGrowing));
	}

	tick() {
		if (!this.#shown) return;
		if (now() - this.#noted > NOTED_EVERY && !this.#player.media.paused) {
			this.#noted = now();
			this.#note();
		}
		this.#tell(this.#shown);
		super.tick();
	}

	/** Tell the system what is played. @param {Shown} shown */
	#tell(shown) {
		const channel = /** @type {any} */ ({ name: shown.title, logo: "" });
		this.#session.tell(channel, /** @type {any} */ (shown), !this.#player.media.paused);
	}

	drawn() {
		const dialog = this.root.querySelector("dialog");
		if (!dialog || dialog.open) return;
		dialog.showModal();
		// One sound at a time: the television hears it.
		this.dispatchEvent(new Event("hush", { bubbles: true, composed: true }));
	}

	template() {
		const shown = this.#shown;
		if (!shown) return nothing;
		const { media, trouble, isTuning } = this.#player;
		const isBusy = isTuning || (!media.paused && media.readyState < HTMLMediaElement.HAVE_FUTURE_DATA);
		return html`<dialog aria-label=${this.t("rec.player", { name: shown.title })} @close=${this.#end}
			@keydown=${this.#onKey}>
			<div class="stage">
				<div class="picture" @click=${() => this.#player.toggle()} @dblclick=${this.#toggleFull}>${media}</div>
				<div class="notice" role="status">
					${trouble
						? html`<p>${this.t(trouble)}</p>
								<button class="button" @click=${() => this.#player.again()}>${this.t("player.again")}</button>`
						: isBusy ? html`<p class="wait">${this.t("player.tuning")}</p>` : nothing}
				</div>
				${this.#bar(shown)}
			</div>
		</dialog>`;
	}

	/** @param {Shown} shown */
	#bar({ title, episode_title: episode }) {
		const { media } = this.#player;
		const [play, sound] = [media.paused ? "play" : "pause", media.muted ? "muted" : "sound"];
		const isFull = this.#isFull;
		return html`<div class="bar">
			<p class="what"><b dir="auto">${title}</b> <span dir="auto">${episode}</span></p>
			${this.#winding()}
			<div class="buttons">
				${this.#button("back10", this.t("rec.back"), () => this.#jump(-BACK))}
				${this.#button(play, this.t(`player.${play}`), () => this.#player.toggle())}
				${this.#button("ahead30", this.t("rec.ahead"), () => this.#jump(AHEAD))}
				${this.#button(sound, this.t(media.muted ? "player.unmute" : "player.mute"), this.#toggleSound)}
				<input class="volume" type="range" min="0" max="1" step="0.05" aria-label=${this.t("player.volume")}
					.value=${String(media.muted ? 0 : media.volume)} @input=${this.#setVolume} />
				<span class="gap"></span>
				${document.pictureInPictureEnabled ? this.#button("pip", this.t("player.pip"), this.#togglePip) : nothing}
				${this.#button(isFull ? "unfull" : "full", this.t(isFull ? "player.unfull" : "player.full"), this.#toggleFull)}
				${this.#button("close", this.t("player.close"), () => this.close())}
			</div>
		</div>`;
	}

	/** @param {string} name @param {string} label @param {() => void} action */
	#button(name, label, action) {
		return html`<button class="icon" aria-label=${label} title=${label} @click=${action}>${icon(name)}</button>`;
	}

	/** Its whole length, and where it is. */
	#winding() {
		const { at, length } = this.#player;
		const where = this.t("rec.where", { time: lengthOf(at), length: lengthOf(length) });
		return html`<div class="winding">
			<input type="range" min="0" max=${Math.max(length, 1)} step="5" .value=${String(at)} ?disabled=${!length}
				aria-label=${this.t("player.position")} aria-valuetext=${where} @input=${this.#seek} />
			<span class="times" aria-hidden="true">${lengthOf(at)} / ${lengthOf(length)}</span>
			${this.#isGrowing
				? html`<button class="button" @click=${() => this.#player.seek(length - BEHIND)}>${this.t("player.go_live")}</button>`
				: nothing}
		</div>`;
	}

	#seek = (/** @type {Event} */ event) => {
		this.#player.seek(valueOf(event));
		this.redraw();
	};

	/** @param {number} seconds */
	#jump(seconds) {
		this.#player.seek(this.#player.at + seconds);
		this.redraw();
	}

	#toggleSound = () => {
		const { media } = this.#player;
		media.muted = !media.muted;
		if (!media.muted && !media.volume) media.volume = 1;
	};

	#setVolume = (/** @type {Event} */ event) => {
		const { media } = this.#player;
		media.volume = valueOf(event);
		media.muted = !media.volume;
		storeValue("volume", String(media.volume));
	};

	#togglePip = () => {
		if (document.pictureInPictureElement) document.exitPictureInPicture();
		else this.#player.media.requestPictureInPicture().catch(() => {});
	};

	get #isFull() {
		return Boolean(this.root.querySelector(".stage:fullscreen"));
	}

	#toggleFull = () => {
		const stage = this.find(".stage", HTMLElement);
		const redraw = () => this.redraw();
		if (this.#isFull) document.exitFullscreen().then(redraw);
		else if (stage.requestFullscreen) stage.requestFullscreen().then(redraw, () => {});
		// On a phone of Apple, only the picture itself can fill the screen.
		else /** @type {any} */ (this.#player.media).webkitEnterFullscreen?.();
	};

	#onKey = (/** @type {KeyboardEvent} */ event) => {
		// The keys of the page below do not mean this.
		event.stopPropagation();
		const { target, key } = event;
		const action = Object.hasOwn(this.#keys, key) ? this.#keys[key] : undefined;
		if (!action || event.ctrlKey || event.metaKey || event.altKey) return;
		// A slider moves by its arrows, a button is pressed by its space.
		const isSlider = target instanceof HTMLInputElement && key.startsWith("Arrow");
		if (isSlider || (target instanceof HTMLButtonElement && key === " ")) return;
		action();
		event.preventDefault();
	};

	/** @type {Record<string, () => void>} */
	#keys = {
		f: () => this.#toggleFull(),
		m: () => this.#toggleSound(),
		" ": () => this.#player.toggle(),
		ArrowLeft: () => this.#jump(-BACK),
		ArrowRight: () => this.#jump(AHEAD),
	};
}

/** @param {Event} event */
const valueOf = ({ target }) => Number(/** @type {HTMLInputElement} */ (target).value);

define("tdl-recorded", RecordedPlayer);

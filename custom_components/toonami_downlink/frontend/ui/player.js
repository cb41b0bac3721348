import { controls, define, html, icon, loadSheet, nothing, Page, send } from "../lib/index.js";
import { known } from "../model/programme.js";
import { extentOf, staysDocked } from "../model/watching.js";
import { clockAt, marksOf, placeOf, STEP } from "../model/winding.js";
import { MediaSessionTeller } from "./media-session.js";
import "./player-icons.js";
import { FourUp } from "./four-up.js";
import { Keys } from "./player-keys.js";
import { bar, cell, screen } from "./player-view.js";
import { PlayOn } from "./play-on.js";
import { leaveNow } from "./stream.js";

const PANEL = "/toonami-downlink";
const GUIDE = `${PANEL}/guide`;
/** Milliseconds for which the buttons stay after the viewer has done something. */
const BUTTONS_STAY = 3000;
/** Milliseconds in which Home Assistant shows the panel again, when somebody looks again. */
const BACK_WITHIN = 5000;

/**
 * The television on the page: in its place, or small in the corner.
 *
 * Event: `change` (another channel, or none).
 */
export class Player extends Page {
	static sheets = [controls, loadSheet("player")];
	static period = 1000;

	#four = new FourUp(this);
	#keys = new Keys(this);
	#moving = new PlayOn(this);
	#session = new MediaSessionTeller({
		play: () => this.set.resume(),
		pause: () => this.set.pause(),
		stop: () => this.set.leave(),
		previoustrack: () => this.#four.zap(-1),
		nexttrack: () => this.#four.zap(1),
		seekbackward: () => this.set.wind(-STEP),
		seekforward: () => this.set.wind(STEP),
	});
	/** Where the picture belongs on the page. @type {Element | undefined} */
	#dock;
	/** @type {"docked" | "mini" | "four" | "off"} */
	#place = "off";
	#observer = new ResizeObserver(() => this.#follow());
	#buttons = 0;
	#isActive = false;
	/** What was watched when Home Assistant took the panel away. @type {{number: number, isHeld: boolean} | undefined} */
	#kept;

	/** The television that is heard. */
	get set() {
		return this.#four.set;
	}

	/** The number of the channel that is on. */
	get number() {
		return this.set.number;
	}

	/** Watch a channel. @param {number} number */
	watch(number) {
		this.#four.watch(number);
	}

	/** Watch the channel before this one. */
	back() {
		this.#four.back();
	}

	/** Another channel is on, or none. */
	changed() {
		if (!this.set.isOn) this.#four.one();
		if (!this.set.isOn && this.#isFull) document.exitFullscreen();
		this.#follow();
		this.#tell();
		this.redraw();
		send(this, "change");
	}

	start() {
		const { signal } = this;
		const { store, hass } = this.context;
		store.addEventListener("change", this.#onChange, { signal });
		window.addEventListener("online", this.#onBack, { signal });
		window.addEventListener("pagehide", this.#onHide, { signal });
		document.addEventListener("visibilitychange", this.#onVisible);
		window.addEventListener("location-changed", this.#onMoved);
		this.addEventListener("pointermove", this.#onActive, { signal });
		this.addEventListener("keydown", this.#onActive, { signal });
		this.addEventListener("fullscreenchange", () => this.redraw(), { signal });
		this.#keys.start(signal);
		this.#four.start(signal);
		const { connection } = hass;
		connection.addEventListener("ready", this.#onBack);
		signal.addEventListener("abort", () => connection.removeEventListener("ready", this.#onBack));
		this.#resume();
	}

	#onChange = () => {
		this.#resume();
		this.redraw();
	};

	/** Go on with what was watched, as soon as it is known again what there is. */
	#resume() {
		const kept = this.#kept;
		if (!kept || !this.set.numbers.includes(kept.number)) return;
		this.#kept = undefined;
		this.watch(kept.number);
		// What was paused would else sound in an empty room.
		if (kept.isHeld) this.set.pause();
	}

	#onHide = () => {
		this.#four.leave();
		leaveNow();
	};

	#onBack = () => {
		for (const set of this.#four.sets) set.onBack();
	};

	connectedCallback() {
		super.connectedCallback();
		this.#observer.observe(this.#host);
	}

	disconnectedCallback() {
		super.disconnectedCallback();
		this.#observer.disconnect();
		const { set } = this;
		const { isHeld, number } = set;
		// Home Assistant takes the page of a tab away that nobody has looked at for minutes, and all
		// pages while it starts: then another panel will go on. That one may be taken away as well,
		// before it is known what there is.
		if (!isHere() || (!set.isOn && this.#kept === undefined)) this.#leaveForGood();
		else if (set.channel?.radio) set.playUnseen();
		else if (number !== undefined) {
			this.#kept = { number, isHeld };
			this.#four.leave();
		}
	}

	#leaveForGood() {
		document.removeEventListener("visibilitychange", this.#onVisible);
		window.removeEventListener("location-changed", this.#onMoved);
		this.#kept = undefined;
		this.#four.leave();
	}

	#onVisible = () => {
		if (document.hidden || this.isConnected) return;
		setTimeout(() => this.isConnected || this.#leaveForGood(), BACK_WITHIN);
	};

	/** Somebody has left a panel that was not there. */
	#onMoved = () => {
		if (!this.isConnected && !isHere()) this.#leaveForGood();
	};

	// Where it is

	get #host() {
		const root = this.getRootNode();
		return root instanceof ShadowRoot ? root.host : document.documentElement;
	}

	/** Take a place on the page, or the corner. @param {Element | null} [dock] */
	place(dock) {
		if ((dock ?? undefined) !== this.#dock) {
			this.#dock?.getRootNode().removeEventListener("scroll", this.#follow, true);
			if (this.#dock) this.#observer.unobserve(this.#dock);
			this.#dock = dock ?? undefined;
			dock?.getRootNode().addEventListener("scroll", this.#follow, true);
			if (dock) this.#observer.observe(dock);
		}
		this.#follow();
	}

	#follow = () => {
		const before = this.#place;
		const dock = this.#dock;
		const box = dock?.isConnected ? dock.getBoundingClientRect() : new DOMRect();
		const bounds = (dock?.closest(".list") ?? this.#host).getBoundingClientRect();
		const above = Math.max(0, bounds.top - box.top);
		const below = Math.max(0, box.bottom - bounds.bottom);
		const visible = box.height && (box.height - above - below) / box.height;
		this.#place = this.#placeFor(staysDocked(before === "docked", visible));
		this.setAttribute("place", this.#place);
		if (this.#place === "docked") this.#put(box, above, below);
		else this.style.cssText = "";
		if (before !== this.#place) this.redraw();
	};

	/** @param {boolean} isDocked */
	#placeFor(isDocked) {
		if (!this.set.isOn) return "off";
		if (this.#four.isOn) return "four";
		return isDocked ? "docked" : "mini";
	}

	/** @param {DOMRect} box @param {number} above @param {number} below - that is hidden */
	#put(box, above, below) {
		const { style } = this;
		const host = this.#host.getBoundingClientRect();
		style.left = `${box.left - host.left}px`;
		style.top = `${box.top - host.top}px`;
		style.width = `${box.width}px`;
		style.height = `${box.height}px`;
		// The hero's corner is clipped, and what is scrolled away is not seen.
		const corner = Math.max(12 - above, 0);
		style.clipPath = `polygon(0 ${above}px, calc(100% - ${corner}px) ${above}px,
			100% ${above + corner}px, 100% calc(100% - ${below}px), 0 calc(100% - ${below}px))`;
	}

	/** Back to the large picture. */
	#expand = () => {
		if (this.#dock?.isConnected) this.#dock.closest(".list")?.scrollTo({ top: 0 });
		else if (location.pathname === GUIDE) this.toggleFull();
		else {
			history.pushState(null, "", GUIDE);
			window.dispatchEvent(new CustomEvent("location-changed"));
		}
	};

	// What the viewer does

	/** The document itself knows only the outermost element around it. */
	get #isFull() {
		return this.matches(":fullscreen");
	}

	toggleFull = () => {
		if (this.#isFull) document.exitFullscreen();
		else if (this.requestFullscreen) this.requestFullscreen().catch(() => {});
		// On a phone of Apple, only the picture itself can fill the screen.
		else /** @type {any} */ (this.set.media).webkitEnterFullscreen?.();
	};

	#togglePip = () => {
		if (this.set.isPip) document.exitPictureInPicture();
		else this.set.media.requestPictureInPicture().catch(() => {});
	};

	#move = () => {
		this.#moving.reset();
		this.redraw();
		this.find("dialog", HTMLDialogElement).showModal();
	};

	#onActive = () => {
		clearTimeout(this.#buttons);
		this.#buttons = window.setTimeout(() => this.#setActive(false), BUTTONS_STAY);
		this.#setActive(true);
	};

	/** @param {boolean} isActive */
	#setActive(isActive) {
		if (isActive === this.#isActive) return;
		this.#isActive = isActive;
		this.redraw();
	}

	// What it looks like

	tick() {
		for (const set of this.#four.sets) set.tick();
		this.#tell();
		super.tick();
	}

	/** Tell the system what is on. */
	#tell() {
		const { channel, model } = this.set;
		if (channel) this.#session.tell(channel, known(channel.now), model.state !== "paused");
		else this.#session.stop();
	}

	template() {
		const { set } = this;
		const { channel, hasSeen, model } = set;
		if (!channel) return nothing;
		const look = this.#look(channel, set);
		const actions = this.#actions;
		const isBusy = this.#isActive || model.state === "paused" || channel.radio;
		const kind = [hasSeen && "seen", isBusy && "busy", this.#four.isOn && "four"];
		return html`<section class=${kind.filter(Boolean).join(" ")}
				aria-label=${this.t("player.region", { name: channel.name })}>
				${this.#four.isOn ? this.#cells(actions) : screen(look, actions)} ${bar(look, actions)}
			</section>
			${this.#dialog(channel)}`;
	}

	/** @param {import("./player-view.js").Actions} actions */
	#cells(actions) {
		return this.#four.sets.map((set, index) => {
			const { channel } = set;
			if (!channel) return nothing;
			const own = { ...actions, again: set.again };
			return cell(this.#look(channel, set), own, set === this.set, () => this.#four.choose(index));
		});
	}

	/** @param {Channel} channel @param {Television} set */
	#look(channel, set) {
		const { media, model, hasSeen, isWaiting, usual, said } = set;
		return {
			...this.#whereabouts(channel, set),
			said,
			channel,
			title: known(channel.now)?.title ?? channel.name,
			model,
			media,
			hasSeen,
			isWaiting,
			isMini: this.#place === "mini",
			isFull: this.#isFull,
			isFour: this.#four.isOn,
			hasFour: this.#four.isOn || this.#four.isPossible,
			typed: this.#keys.typed,
			usual,
			hasPip: document.pictureInPictureEnabled && !channel.radio,
			t: this.t,
		};
	}

	/** Where in the stream it is, and which times that are. @param {Channel} channel @param {Television} set */
	#whereabouts({ number, now }, { media, pieces }) {
		const extent = extentOf(media);
		if (!extent) return { extent, clock: "", marks: [], hasStart: false };
		const [from, until, at] = [extent.start, extent.end, extent.at].map((place) => clockAt(pieces, place));
		const { clock, store } = this.context;
		const programmes = from && until ? store.guide.of(number).between(from, until) : [];
		const starts = new Set([...programmes.map(({ start }) => start), now?.start ?? 0]);
		return {
			extent,
			clock: at ? clock.time(at) : "",
			marks: marksOf(pieces, extent, [...starts]),
			hasStart: placeOf(pieces, now?.start ?? NaN) !== undefined,
		};
	}

	get #actions() {
		const { set } = this;
		const valueOf = (/** @type {Event} */ { target }) =>
			Number(/** @type {HTMLInputElement} */ (target).value);
		return {
			togglePlay: set.togglePlay,
			toggleSound: set.toggleSound,
			toggleFull: this.toggleFull,
			togglePip: this.#togglePip,
			expand: this.#expand,
			move: this.#move,
			toggleFour: this.#four.toggle,
			close: this.#four.leave,
			again: set.again,
			goLive: set.goLive,
			startOver: set.startOver,
			seek: (/** @type {Event} */ event) => set.seek(valueOf(event)),
			setVolume: (/** @type {Event} */ event) => set.setVolume(valueOf(event)),
		};
	}

	/** @param {Channel} channel */
	#dialog(channel) {
		const close = () => this.find("dialog", HTMLDialogElement).close();
		return html`<dialog aria-labelledby="move">
			<div class="top">
				<h2 id="move">${this.t("player.move_title")}</h2>
				<button class="icon" aria-label=${this.t("close")} @click=${close}>${icon("close")}</button>
			</div>
			${this.#moving.template(this.context, channel)}
		</dialog>`;
	}

	drawn() {
		if (!this.root.querySelector("dialog[open] .outcome.done")) return;
		// It plays there: here it would be an echo.
		this.find("dialog", HTMLDialogElement).close();
		this.#four.leave();
	}
}

/** Whether the address is still the panel's. */
const isHere = () => location.pathname.startsWith(PANEL);

define("tdl-player", Player);

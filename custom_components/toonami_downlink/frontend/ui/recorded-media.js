import { renewed } from "../model/watching.js";
import { HLS, loadPlayer } from "./stream.js";

/** Milliseconds before the first, second… new attempt in a row. */
const DELAYS = [500, 1000, 2000, 4000, 8000, 15_000, 15_000, 15_000];
/** Seconds of pictures after which what went wrong before is forgotten. */
const STEADY_AFTER = 5;
/** Seconds that are loaded ahead, and kept. */
const AHEAD = 60;

/** What is wrong for good, by the code of Home Assistant's refusal or our own. @type {Record<string, string>} */
const FINAL = {
	unauthorized: "trouble.forbidden",
	not_found: "rec.gone",
	recording_refused: "rec.gone",
	unplayable: "trouble.media",
};

/** Plays a recording on a media element: a file as it is, what still grows with hls.js. */
export class RecordedMedia {
	media = document.createElement("video");
	/** Why it does not go on: the key of a text; empty while it does, or tries to. */
	trouble = "";
	/** Whether there is no picture yet. */
	isTuning = false;
	/** Whether the viewer has paused it: nothing else lets it go on. */
	#isHeld = false;
	#ask;
	#changed;
	/** @type {import("../vendor/hls/hls.js").default | undefined} */
	#hls;
	#url = "";
	#turn = 0;
	#attempts = 0;
	#retry = 0;
	/** Where it is, or goes on, in seconds. */
	#at = 0;
	/** Where it last went on after something was wrong. */
	#since = 0;

	/**
	 * @param {() => Promise<RecordedAddress>} ask - for an address
	 * @param {() => void} changed - called when it has to be drawn
	 */
	constructor(ask, changed) {
		this.#ask = ask;
		this.#changed = changed;
		const { media } = this;
		media.playsInline = true;
		media.preload = "auto";
		media.addEventListener("timeupdate", () => this.#onTime());
		// In full screen, a phone has buttons of its own.
		media.addEventListener("playing", () => (this.#isHeld = false));
		// After an error, hls.js loads it anew: that pauses it without a word.
		media.addEventListener("emptied", () => {
			if (this.#url && !this.#isHeld && !this.isTuning) media.play().catch(() => {});
		});
		media.addEventListener("error", () => {
			if (this.#url && !this.#hls && media.hasAttribute("src")) this.#fail("media");
		});
		for (const name of ["playing", "pause", "waiting", "canplay", "ended", "volumechange", "durationchange"]) {
			media.addEventListener(name, changed);
		}
	}

	/** Where it is, in seconds. */
	get at() {
		return this.#at;
	}

	/** How long it is so far, in seconds; 0 before that is known. */
	get length() {
		const { duration, seekable } = this.media;
		if (Number.isFinite(duration)) return duration;
		return seekable.length ? seekable.end(seekable.length - 1) : 0;
	}

	/** Begin at a time. @param {number} at - seconds */
	start(at) {
		this.stop();
		this.#at = this.#since = at;
		this.again();
	}

	/** Begin again where it was, because the viewer asks. */
	again() {
		this.#isHeld = false;
		this.#attempts = 0;
		this.#connect();
	}

	/** End it. */
	stop() {
		this.#turn += 1;
		clearTimeout(this.#retry);
		this.trouble = "";
		this.isTuning = false;
		this.#release();
	}

	/** Go to a time. @param {number} at - seconds */
	seek(at) {
		// Any time would be beyond its end: it goes on where it was left once it is there.
		if (!this.length) return;
		this.#at = Math.min(Math.max(at, 0), Math.max(this.length - 0.5, 0));
		this.media.currentTime = this.#at;
	}

	play() {
		this.#isHeld = false;
		if (this.trouble) this.again();
		else this.media.play().catch(() => {});
	}

	pause() {
		this.#isHeld = true;
		this.media.pause();
	}

	toggle() {
		if (this.trouble || this.media.paused) this.play();
		else this.pause();
	}

	async #connect() {
		const turn = ++this.#turn;
		this.trouble = "";
		this.isTuning = true;
		this.#changed();
		try {
			const { url, type } = await this.#ask();
			if (turn !== this.#turn) return;
			if (type === HLS) await this.#openHls(url, turn);
			else if (this.media.canPlayType(type)) this.#open(url);
			else this.#fail("unplayable");
			if (turn === this.#turn) await this.#begin();
		} catch (error) {
			if (turn !== this.#turn) return;
			const { code, name } = /** @type {{code?: string, name?: string}} */ (error);
			// Home Assistant's refusals have a code in letters, those of the media element a name.
			if (name === "NotAllowedError" || name === "AbortError") this.#onRefused(name);
			else this.#fail(typeof code === "string" ? code : "network");
		}
	}

	/** The browser waits for the viewer, or something else came first. @param {string} name */
	#onRefused(name) {
		if (name === "NotAllowedError") this.isTuning = false;
		this.#changed();
	}

	async #begin() {
		if (this.#isHeld) {
			this.isTuning = false;
			this.#changed();
		} else await this.media.play();
	}

	/** @param {string} url */
	#open(url) {
		this.#release();
		const { media } = this;
		this.#url = url;
		media.addEventListener("loadedmetadata", () => (media.currentTime = this.#at), { once: true });
		media.src = url;
	}

	/** @param {string} url @param {number} turn */
	async #openHls(url, turn) {
		const Hls = await loadPlayer();
		if (turn !== this.#turn) return;
		if (!Hls?.isSupported()) {
			this.#open(url);
			return;
		}
		this.#release();
		this.#url = url;
		const hls = new Hls({
			enableWorker: false,
			backBufferLength: AHEAD,
			maxBufferLength: AHEAD,
			maxMaxBufferLength: AHEAD,
			// Else it would begin at the newest picture.
			startPosition: this.#at,
			xhrSetup: (xhr, address) => xhr.open("GET", renewed(address, this.#url), true),
		});
		this.#hls = hls;
		hls.on(Hls.Events.ERROR, (_, { fatal, type }) => {
			if (fatal) this.#fail(type === "networkError" ? "network" : "media");
		});
		hls.loadSource(url);
		hls.attachMedia(this.media);
	}

	#onTime() {
		const { currentTime, readyState } = this.media;
		if (!this.#url || readyState < HTMLMediaElement.HAVE_CURRENT_DATA) return;
		this.isTuning = false;
		this.#at = currentTime;
		if (this.#at - this.#since > STEADY_AFTER) this.#attempts = 0;
	}

	/** Try again after a while, with a new address: the file may be finished by now. @param {string} code */
	#fail(code) {
		const delay = DELAYS[this.#attempts];
		this.#attempts += 1;
		this.#since = this.#at;
		clearTimeout(this.#retry);
		if (FINAL[code] || delay === undefined) {
			this.stop();
			this.trouble = FINAL[code] ?? (code === "media" ? "trouble.media" : "trouble.network");
		} else {
			this.isTuning = true;
			this.#retry = window.setTimeout(() => this.#connect(), delay);
		}
		this.#changed();
	}

	/** Let go of what was loaded. */
	#release() {
		this.#url = "";
		this.#hls?.destroy();
		this.#hls = undefined;
		if (!this.media.hasAttribute("src")) return;
		this.media.removeAttribute("src");
		this.media.load();
	}
}

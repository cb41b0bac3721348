import { Controller, now } from "../lib/index.js";
import { failure } from "../lib/patience.js";
import { storedValue, storeValue } from "../lib/stored-values.js";
import { extentOf, renewalDelay, STALLED_AFTER, volumeOf, Watching } from "../model/watching.js";
import { pauseEndsAfter, placeAway, placeOf } from "../model/winding.js";
import { loadPlayer, Stream } from "./stream.js";

/** Milliseconds that an answer of Home Assistant is waited for. */
const PATIENCE = 8000;
/** Milliseconds for which is said where it goes on after a long pause. */
const SAID_FOR = 10_000;
/** How much longer the first picture may take than another one. */
const TUNING_FACTOR = 3;

/** What plays a channel, and goes on whatever happens to the network, without what it looks like. */
export class Television extends Controller {
	model = new Watching();
	media = document.createElement("video");
	/** Whether the picture is in a window of its own. */
	isPip = false;
	/** Whether it waits for more of the stream. */
	isWaiting = false;
	/** Whether there has been a picture of this channel. */
	hasSeen = false;
	/** Seconds behind the newest picture where it began: that is called live. */
	usual = 0;
	/** What the viewer is told for a moment: the end of a string's key. @type {"" | "too_long" | "overrun"} */
	said = "";
	#saidUntil = 0;
	/** Whether the viewer has paused it: nothing else lets it go on. */
	#isHeld = false;
	/** Seconds that it can be wound back by, once it has been watched for so long. */
	#reach = 0;
	#stream = new Stream(this.media, {
		trouble: (kind) => this.#fail(kind),
		loaded: () => this.#onLoaded(),
	});
	/** The address, and until when (milliseconds) it opens. */
	#address = { number: 0, url: "", until: 0 };
	#turn = 0;
	#retry = 0;
	#renewal = 0;
	/** When (milliseconds) the picture last went on, and where it was. */
	#seen = { at: 0, time: 0 };
	#pausedAt = 0;
	#told = /** @type {Channel | undefined} */ (undefined);
	#player;

	/** @param {Player} player */
	constructor(player) {
		super(player);
		this.#player = player;
		// Long before the address is there.
		loadPlayer().catch(() => {});
		this.media.playsInline = true;
		this.media.volume = volumeOf(storedValue("volume"));
		for (const [name, listener] of this.#listeners) this.media.addEventListener(name, listener);
	}

	/** @returns {[string, () => void][]} */
	get #listeners() {
		return [
			["playing", () => this.#onPlaying()],
			["pause", () => this.#onPause()],
			["waiting", () => this.#setWaiting(true)],
			["canplay", () => this.#setWaiting(false)],
			["volumechange", () => this.#onVolume()],
			["enterpictureinpicture", () => (this.isPip = true)],
			["leavepictureinpicture", () => (this.isPip = false)],
		];
	}

	/** Whether somebody watches. */
	get isOn() {
		return this.model.isOn;
	}

	/** The number of the channel that is on. */
	get number() {
		return this.model.number;
	}

	/** Whether it goes on only when the viewer wants that. */
	get isHeld() {
		return this.#isHeld || this.model.state === "paused";
	}

	get #channels() {
		return this.#player.context?.store.loaded?.channels ?? [];
	}

	/** The numbers of all channels, in their order. */
	get numbers() {
		return this.#channels.map(({ number }) => number);
	}

	/** The channel that is on; as it was last told while it is not in the line-up, for the picture goes on. */
	get channel() {
		const found = this.#channels.find(({ number }) => number === this.number);
		if (found) this.#told = found;
		return this.#told?.number === this.number ? this.#told : undefined;
	}

	/** Watch a channel. @param {number} number */
	watch(number) {
		if (!this.numbers.includes(number)) return;
		if (number === this.number && this.model.state !== "stopped") {
			if (this.media.paused) this.resume();
			return;
		}
		this.end();
		this.hasSeen = this.#isHeld = false;
		this.model.tune(number);
		this.#connect();
		this.#player.changed();
	}

	/** Switch off. */
	leave = () => {
		if (!this.isOn) return;
		this.end();
		this.model.leave();
		if (this.isPip) document.exitPictureInPicture();
		this.#player.changed();
	};

	/** End what is being loaded and waited for. */
	end() {
		this.#turn += 1;
		this.#forgetRetry();
		clearTimeout(this.#renewal);
		this.#stream.stop();
		this.isWaiting = false;
		this.said = "";
		this.#pausedAt = 0;
	}

	async #connect() {
		const turn = ++this.#turn;
		this.#forgetRetry();
		const { number } = this;
		if (number === undefined) return;
		this.#seen = { at: Date.now(), time: this.media.currentTime };
		const trouble = await this.#findAddress(number);
		if (turn !== this.#turn) return;
		if (trouble) return void this.#fail(trouble);
		const { url } = this.#address;
		// What was loaded is shown as long as it lasts.
		const isDry = this.media.readyState < HTMLMediaElement.HAVE_FUTURE_DATA;
		if (this.model.isFresh && isDry) await this.#stream.start(url);
		else await this.#stream.goOn(url);
		if (turn !== this.#turn) return;
		if (this.#isHeld) this.#stand();
		else this.play();
	}

	/** It is there, and waits for the viewer. */
	#stand() {
		this.model.playing(now());
		this.model.paused();
		this.#pausedAt ||= Date.now();
		this.redraw();
	}

	/**
	 * Ask for the address of a channel. An older one is used while nobody answers.
	 * @param {number} number @returns {Promise<Trouble | undefined>}
	 */
	async #findAddress(number) {
		const { store } = this.#player.context;
		try {
			if (!store.online) throw new Error("not connected");
			const answer = /** @type {WatchAddress} */ (
				await Promise.race([store.request("watch", { channel: number }), failure(PATIENCE)])
			);
			const lasts = answer.expires_in;
			this.#reach = answer.pause;
			this.#address = { number, url: answer.url, until: Date.now() + lasts * 1000 };
			clearTimeout(this.#renewal);
			this.#renewal = window.setTimeout(() => this.#renew(), renewalDelay(lasts));
			return undefined;
		} catch (error) {
			const { code } = /** @type {{code?: string}} */ (error);
			if (code === "unauthorized") return "forbidden";
			if (code === "not_found") return "unknown_channel";
			const isUsable = this.#address.number === number && this.#address.until > Date.now();
			return isUsable ? undefined : "network";
		}
	}

	/** Get another address before the old one ends; the picture goes on. */
	async #renew() {
		const turn = this.#turn;
		const { number } = this;
		if (number === undefined) return;
		const before = this.#address.url;
		const trouble = await this.#findAddress(number);
		if (turn !== this.#turn) return;
		if (trouble || this.#address.url === before) {
			this.#renewal = window.setTimeout(() => this.#renew(), PATIENCE);
		} else {
			// The browser's own player pauses at another address.
			const isPlaying = !this.media.paused;
			this.#stream.renew(this.#address.url);
			if (isPlaying) this.play();
		}
	}

	/** @param {Trouble} trouble */
	#fail(trouble) {
		const delay = this.model.fail(trouble, now());
		this.#forgetRetry();
		if (delay === undefined) this.end();
		else this.#retry = window.setTimeout(() => this.#connect(), delay);
		this.redraw();
	}

	#forgetRetry() {
		clearTimeout(this.#retry);
		this.#retry = 0;
	}

	/** Try again, because the viewer wants that. */
	again = () => {
		this.#isHeld = false;
		this.#again();
	};

	#again() {
		this.model.again();
		this.#connect();
		this.redraw();
	}

	/** Home Assistant, or the network, is back. */
	onBack = () => {
		const { state, reason } = this.model;
		if (state === "reconnecting" || (state === "stopped" && reason === "network")) this.#again();
		else if (this.isOn && this.#address.until < Date.now() + PATIENCE) this.#renew();
	};

	// What the media element says

	/** Play, without sound if the browser wants that, or wait for the viewer if it wants that. */
	async play() {
		try {
			await this.media.play();
		} catch (error) {
			if (/** @type {Error} */ (error).name !== "NotAllowedError") return;
			if (this.media.muted) {
				// Whoever presses the button may hear it as well.
				if (this.model.isSilenced) this.media.muted = false;
				this.#stand();
				return;
			}
			this.model.isSilenced = true;
			this.media.muted = true;
			this.redraw();
			await this.play();
		}
	}

	/** Play on, although the page is taken away: the browser pauses what is not on a page. */
	playUnseen() {
		if (!this.media.paused) this.media.addEventListener("pause", () => this.play(), { once: true });
	}

	#onPlaying() {
		this.model.playing(now());
		this.isWaiting = this.#isHeld = false;
		if (!this.hasSeen) {
			const extent = extentOf(this.media);
			this.usual = extent ? extent.end - extent.at : 0;
			this.hasSeen = true;
		}
		this.redraw();
	}

	#onPause() {
		if (!this.#stream.isRunning) return;
		this.model.paused();
		this.#pausedAt = Date.now();
		this.redraw();
	}

	#onLoaded() {
		if (this.model.state !== "reconnecting" || !this.hasSeen) return;
		this.model.playing(now());
		if (this.media.paused) this.model.paused();
		this.redraw();
	}

	#onVolume() {
		const { muted, volume } = this.media;
		if (!muted) this.model.isSilenced = false;
		storeValue("volume", String(volume));
		this.redraw();
	}

	/** @param {boolean} isWaiting */
	#setWaiting(isWaiting) {
		this.isWaiting = isWaiting;
		this.redraw();
	}

	/** Do what is done every second. */
	tick() {
		if (this.isOn) this.#watchOver(Date.now());
	}

	/** Notice what nothing tells: a picture that stands still, a pause for ever. @param {number} at */
	#watchOver(at) {
		const { state } = this.model;
		const time = this.media.currentTime;
		if (at > this.#saidUntil) this.said = "";
		if (state === "paused") {
			const ends = this.#pausedAt + pauseEndsAfter(this.#reach) * 1000;
			if (this.#pausedAt && at > ends) this.end();
		} else if (time !== this.#seen.time) {
			this.#seen = { at, time };
			this.isWaiting = false;
			this.#onLoaded();
		} else if (state !== "stopped" && !this.#retry) {
			const patience = STALLED_AFTER * (state === "playing" ? 1 : TUNING_FACTOR);
			if (at - this.#seen.at > patience * 1000) this.#fail("stalled");
		}
	}

	// What the viewer does

	/** Play on: where it was, or else at the oldest that there is, or else live. */
	resume() {
		this.#isHeld = false;
		if (this.#stream.isRunning) {
			if (this.#stream.goOnAtTheOldest()) this.#say("overrun");
			this.play();
		} else {
			if (this.model.state === "paused") this.#say("too_long");
			this.again();
		}
	}

	pause() {
		this.#isHeld = true;
		this.media.pause();
	}

	/** @param {"too_long" | "overrun"} what */
	#say(what) {
		this.said = what;
		this.#saidUntil = Date.now() + SAID_FOR;
	}

	togglePlay = () => {
		if (this.model.state === "stopped") this.again();
		else if (this.media.paused) this.resume();
		else this.pause();
	};

	toggleSound = () => {
		const { media } = this;
		media.muted = !media.muted;
		if (!media.muted && !media.volume) media.volume = 1;
	};

	/** @param {number} volume */
	setVolume(volume) {
		this.media.volume = volume;
		this.media.muted = !volume;
	}

	/** Where in the stream which time of day is. */
	get pieces() {
		return this.#stream.pieces;
	}

	/** Go to a place in the stream. @param {number | undefined} place - seconds of the media */
	seek(place) {
		if (place !== undefined && this.#stream.isRunning) this.media.currentTime = place;
	}

	/** Go so many seconds on, or back. @param {number} by */
	wind(by) {
		const extent = extentOf(this.media);
		if (extent) this.seek(placeAway(extent, by, this.usual));
	}

	goLive = () => {
		this.wind(Infinity);
		if (this.media.paused) this.resume();
	};

	/** Go to where the programme that is on begins, if that is still there. */
	startOver = () => {
		this.seek(placeOf(this.pieces, this.channel?.now?.start ?? NaN));
		if (this.media.paused) this.resume();
	};
}

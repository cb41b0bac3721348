import { renewed, troubleOf } from "../model/watching.js";
import { loadedUntil, placeAfterPause } from "../model/winding.js";

export const HLS = "application/vnd.apple.mpegurl";
/** Seconds of what has been seen that the browser keeps. The relay has the rest. */
const KEPT = 90;
/** Seconds of what is to come that the browser loads, when there is so much. */
const AHEAD = 30;

/** @type {Promise<typeof import("../vendor/hls/hls.js").default> | undefined} */
let loading;

/** Whether hls.js could play; without it the browser has to. */
const hasMediaSource = () => "MediaSource" in window || "ManagedMediaSource" in window;

/** Load hls.js, where it can be used; soon after, it is there at once. */
export function loadPlayer() {
	if (!hasMediaSource()) return Promise.resolve(undefined);
	loading ??= import("../vendor/hls/hls.js").then((module) => module.default);
	loading.catch(() => (loading = undefined));
	return loading;
}

/** Milliseconds before the relay is told: a request that was just given up has arrived by then. */
const LEAVE_AFTER = 1000;

/** What the relay is to be told, by channel: its address, and the timer. @type {Map<string, [string, number]>} */
const leaving = new Map();

/** @param {string} url */
const channelOf = (url) => url.slice(url.lastIndexOf("/") + 1);

/** Tell the relay that a channel is watched no more, unless it is watched again soon. @param {string} url */
function leaveSoon(url) {
	stay(url);
	leaving.set(channelOf(url), [url, window.setTimeout(() => leave(url), LEAVE_AFTER)]);
}

/** @param {string} url */
function leave(url) {
	stay(url);
	// `keepalive`: also when the page is left.
	fetch(url, { method: "DELETE", keepalive: true }).catch(() => {});
}

/** Do not tell the relay. @param {string} url */
function stay(url) {
	clearTimeout(leaving.get(channelOf(url))?.[1]);
	leaving.delete(channelOf(url));
}

/** Tell the relay at once of all that is watched no more: there will be no later. */
export function leaveNow() {
	for (const [url] of [...leaving.values()]) leave(url);
}

/**
 * Make a part of hls.js that goes on at the oldest picture there is, when the one that comes next
 * is no longer there; its own goes on live.
 * @param {typeof import("../vendor/hls/hls.js").default} Hls
 */
const goesOnAtTheOldest = ({ DefaultConfig }) =>
	class extends DefaultConfig.streamController {
		/** @param {import("../vendor/hls/hls.js").LevelDetails} details */
		synchronizeToLiveEdge(details) {
			const { media, playhead } = this;
			if (!media?.played.length || playhead >= details.fragmentStart) {
				super.synchronizeToLiveEdge(details);
			} else if (!media.paused && media.readyState < HTMLMediaElement.HAVE_ENOUGH_DATA) {
				const place = placeAfterPause(details.fragmentStart, loadedUntil(media.buffered, playhead));
				if (place !== undefined) media.currentTime = place;
			}
		}
	};

/** Plays a channel's HLS on a media element: with hls.js, or as the browser itself can. */
export class Stream {
	#media;
	#listener;
	/** @type {import("../vendor/hls/hls.js").default | undefined} */
	#hls;
	/** The newest address of what is played; empty when nothing is. */
	#url = "";
	#isParsed = false;
	#hasRecovered = false;
	#turn = 0;

	/**
	 * @param {HTMLMediaElement} media
	 * @param {{trouble(kind: Trouble): void, loaded(): void}} listener
	 */
	constructor(media, listener) {
		this.#media = media;
		this.#listener = listener;
		media.addEventListener("error", () => {
			// What hls.js plays, it answers for itself. Without an address there is nothing to play.
			if (!this.#hls && this.#url && media.hasAttribute("src")) listener.trouble("network");
		});
		media.addEventListener("ended", () => this.#url && listener.trouble("network"));
		for (const name of ["play", "seeking"]) {
			media.addEventListener(name, () => this.#hls?.resumeBuffering());
		}
		media.addEventListener("timeupdate", () => !this.#hls && this.#url && listener.loaded());
	}

	get isRunning() {
		return this.#url !== "";
	}

	/** Begin anew. @param {string} url */
	async start(url) {
		this.#release();
		const turn = ++this.#turn;
		this.#url = url;
		stay(url);
		const Hls = await loadPlayer().catch(() => undefined);
		if (turn !== this.#turn) return;
		if (Hls?.isSupported()) this.#startHls(Hls);
		else if (this.#media.canPlayType(HLS)) this.#media.src = url;
		else this.#listener.trouble(hasMediaSource() && !Hls ? "network" : "unsupported");
	}

	/** @param {typeof import("../vendor/hls/hls.js").default} Hls */
	#startHls(Hls) {
		const hls = new Hls({
			enableWorker: false,
			backBufferLength: KEPT,
			maxBufferLength: AHEAD,
			maxMaxBufferLength: AHEAD,
			liveDurationInfinity: true,
			streamController: goesOnAtTheOldest(Hls),
			// What was addressed with an older secret is asked for with the newest one.
			xhrSetup: (xhr, address) => xhr.open("GET", renewed(address, this.#url), true),
		});
		this.#hls = hls;
		this.#isParsed = this.#hasRecovered = false;
		hls.on(Hls.Events.MANIFEST_PARSED, () => (this.#isParsed = true));
		hls.on(Hls.Events.LEVEL_LOADED, () => this.#onLoaded());
		hls.on(Hls.Events.ERROR, (_, error) => this.#onError(error));
		hls.loadSource(this.#url);
		hls.attachMedia(this.#media);
	}

	#onLoaded() {
		// What comes next is gone, and what is live is not wanted yet.
		if (this.#media.paused && this.#placeAfterPause !== undefined) this.#hls?.pauseBuffering();
		this.#listener.loaded();
	}

	/** The pieces that can be wound to, as far as that is known. @returns {import("../model/winding.js").Piece[]} */
	get pieces() {
		if (this.#hls) return this.#hls.latestLevelDetails?.fragments ?? [];
		// Safari knows the time of day at the very beginning.
		const date = /** @type {any} */ (this.#media).getStartDate?.().getTime();
		return date ? [{ start: 0, duration: Infinity, programDateTime: date }] : [];
	}

	get #placeAfterPause() {
		const { seekable, buffered, currentTime } = this.#media;
		const browsers = seekable.length ? seekable.start(0) : undefined;
		const oldest = this.#hls ? this.#hls.latestLevelDetails?.fragmentStart : browsers;
		return placeAfterPause(oldest, loadedUntil(buffered, currentTime));
	}

	/** After a pause, go to the oldest if what was paused is gone; return whether it is. */
	goOnAtTheOldest() {
		const place = this.#placeAfterPause;
		if (place !== undefined) this.#media.currentTime = place;
		return place !== undefined;
	}

	/** @param {import("../vendor/hls/hls.js").HlsError} error */
	#onError({ fatal, type, response }) {
		if (!fatal) return;
		if (type === "mediaError" && !this.#hasRecovered) {
			this.#hasRecovered = true;
			this.#hls?.recoverMediaError();
		} else {
			this.#listener.trouble(type === "networkError" ? troubleOf(response?.code) : "media");
		}
	}

	/** Go on after trouble, with what was loaded so far. @param {string} url */
	goOn(url) {
		if (!this.#hls || !this.#isParsed) return this.start(url);
		this.#url = url;
		this.#hls.startLoad();
		return Promise.resolve();
	}

	/** Use another address of the same channel from now on. @param {string} url */
	renew(url) {
		if (!this.#url) return;
		this.#url = url;
		// The browser's own player has no other way.
		if (!this.#hls) this.#media.src = url;
	}

	/** End it, and tell the relay. */
	stop() {
		this.#turn += 1;
		if (!this.#url) return;
		const url = this.#url;
		this.#url = "";
		this.#release();
		leaveSoon(url);
	}

	/** Let go of everything that was loaded. */
	#release() {
		this.#hls?.destroy();
		this.#hls = undefined;
		if (!this.#media.hasAttribute("src")) return;
		this.#media.removeAttribute("src");
		this.#media.load();
	}
}

import { renewed, troubleOf } from "../model/watching.js";

const HLS = "application/vnd.apple.mpegurl";
/** Seconds: what has been seen is kept, and what is to come is loaded, as far as there is any. */
const KEPT = 90;

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
			maxBufferLength: KEPT,
			maxMaxBufferLength: KEPT,
			liveDurationInfinity: true,
			// What was addressed with an older secret is asked for with the newest one.
			xhrSetup: (xhr, address) => xhr.open("GET", renewed(address, this.#url), true),
		});
		this.#hls = hls;
		this.#isParsed = this.#hasRecovered = false;
		hls.on(Hls.Events.MANIFEST_PARSED, () => (this.#isParsed = true));
		hls.on(Hls.Events.LEVEL_LOADED, () => this.#listener.loaded());
		hls.on(Hls.Events.ERROR, (_, error) => this.#onError(error));
		hls.loadSource(this.#url);
		hls.attachMedia(this.#media);
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

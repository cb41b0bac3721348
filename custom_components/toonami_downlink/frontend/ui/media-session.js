import { safeImage } from "../model/programme.js";

const ACTIONS = /** @type {const} */ (["play", "pause", "stop", "previoustrack", "nexttrack", "seekbackward", "seekforward"]);

/** Tells the system what is on, for its lock screen, headphones and media keys. */
export class MediaSessionTeller {
	/** What was told; empty when nothing is on. */
	#told = "";
	#handlers;

	/** @param {Record<typeof ACTIONS[number], () => void>} handlers */
	constructor(handlers) {
		this.#handlers = handlers;
	}

	/**
	 * Say what is on.
	 * @param {Channel} channel @param {Details | undefined} programme @param {boolean} isPlaying
	 */
	tell({ name, logo }, programme, isPlaying) {
		const { mediaSession } = navigator;
		if (!mediaSession) return;
		mediaSession.playbackState = isPlaying ? "playing" : "paused";
		const key = `${name} ${programme?.title} ${programme?.start}`;
		if (key === this.#told) return;
		if (!this.#told) for (const action of ACTIONS) handle(action, this.#handlers[action]);
		this.#told = key;
		this.#show(name, logo, programme);
	}

	/** @param {string} name @param {string} logo @param {Details | undefined} programme */
	#show(name, logo, programme) {
		const picture = safeImage(programme?.image) ?? new URL(logo, location.href).href;
		navigator.mediaSession.metadata = new MediaMetadata({
			title: programme?.title ?? name,
			artist: name,
			album: programme?.episode_title ?? "",
			artwork: [{ src: picture }],
		});
	}

	/** Say that nothing is on. */
	stop() {
		if (!this.#told) return;
		this.#told = "";
		navigator.mediaSession.metadata = null;
		navigator.mediaSession.playbackState = "none";
		for (const action of ACTIONS) handle(action, null);
	}
}

/** @param {typeof ACTIONS[number]} action @param {(() => void) | null} handler */
function handle(action, handler) {
	try {
		navigator.mediaSession.setActionHandler(action, handler);
	} catch {
		// Browsers differ in which of them they know.
	}
}

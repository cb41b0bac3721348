import { safeImage } from "../model/programme.js";

const ACTIONS = /** @type {const} */ (["play", "pause", "stop", "previoustrack", "nexttrack"]);

/** Tells the system what is on, for its lock screen, headphones and media keys. */
export class MediaSessionTeller {
	#told = "";

	/**
	 * @param {Record<typeof ACTIONS[number], () => void>} handlers
	 */
	start(handlers) {
		for (const action of ACTIONS) this.#handle(action, handlers[action]);
	}

	/**
	 * Say what is on, unless that was said already.
	 * @param {Channel} channel @param {Details | undefined} programme
	 */
	tell({ name, logo }, programme) {
		if (!("mediaSession" in navigator)) return;
		const title = programme?.title ?? name;
		const key = `${name} ${title} ${programme?.start}`;
		if (key === this.#told) return;
		this.#told = key;
		const picture = safeImage(programme?.image);
		const logoUrl = new URL(logo, location.href).href;
		navigator.mediaSession.metadata = new MediaMetadata({
			title,
			artist: name,
			album: programme?.episode_title ?? "",
			artwork: [{ src: picture ?? logoUrl }],
		});
	}

	/** Whether it plays. @param {boolean} isPlaying */
	set isPlaying(isPlaying) {
		if ("mediaSession" in navigator) {
			navigator.mediaSession.playbackState = isPlaying ? "playing" : "paused";
		}
	}

	/** Say that nothing is on. */
	stop() {
		this.#told = "";
		if (!("mediaSession" in navigator)) return;
		navigator.mediaSession.metadata = null;
		navigator.mediaSession.playbackState = "none";
		for (const action of ACTIONS) this.#handle(action, null);
	}

	/** @param {typeof ACTIONS[number]} action @param {(() => void) | null} handler */
	#handle(action, handler) {
		try {
			navigator.mediaSession?.setActionHandler(action, handler);
		} catch {
			// Browsers differ in which of them they know.
		}
	}
}

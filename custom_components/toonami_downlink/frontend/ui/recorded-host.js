import { Controller, nothing } from "../lib/index.js";

/** Shows the player of recordings above an element; its code is loaded when something is played. */
export class RecordedHost extends Controller {
	/** @type {(HTMLElement & {context: Context, play(recording: Shown & {id: string}): void, close(): void}) | undefined} */
	#player;
	/** Whether its code could not be had. */
	isFailed = false;

	/** Play a recording. @param {Context} context @param {Shown & {id: string}} recording */
	async play(context, recording) {
		this.isFailed = false;
		try {
			await import("./recorded.js");
			this.#player ??= /** @type {any} */ (document.createElement("tdl-recorded"));
			Object.assign(/** @type {HTMLElement} */ (this.#player), { context });
			this.host.redraw();
			this.#player?.play(recording);
		} catch {
			// After an update, the files that this page was loaded from are gone.
			this.isFailed = true;
			this.host.redraw();
		}
	}

	/** End what is played. */
	close() {
		this.#player?.close();
	}

	template() {
		return this.#player ?? nothing;
	}
}

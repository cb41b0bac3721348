import { Controller, nothing } from "../lib/index.js";

/** Shows the player of recordings above an element; its code is loaded when something is played. */
export class RecordedHost extends Controller {
	/** @type {(HTMLElement & {context: Context, play(recording: Shown & {id: string}): void, close(): void}) | undefined} */
	#player;
	/** Whether its code could not be had. */
	isFailed = false;
	#turn = 0;

	/**
	 * Play a recording, unless its page is left before that can begin.
	 * @param {Context} context @param {Shown & {id: string}} recording
	 */
	async play(context, recording) {
		const turn = ++this.#turn;
		this.isFailed = false;
		try {
			await import("./recorded.js");
			if (turn !== this.#turn) return;
			this.#player ??= /** @type {any} */ (document.createElement("tdl-recorded"));
			Object.assign(/** @type {HTMLElement} */ (this.#player), { context });
			this.host.redraw();
			// It is drawn by then, if its page is still there: else nobody could end it.
			await null;
			if (turn === this.#turn && this.#player?.isConnected) this.#player.play(recording);
		} catch {
			if (turn !== this.#turn) return;
			// After an update, the files that this page was loaded from are gone.
			this.isFailed = true;
			this.host.redraw();
		}
	}

	/** End what is played. */
	close() {
		this.#turn += 1;
		this.#player?.close();
	}

	template() {
		return this.#player ?? nothing;
	}
}

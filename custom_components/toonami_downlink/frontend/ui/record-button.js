import { Controller, html, icon, nothing, now } from "../lib/index.js";
import { canPlay } from "../model/library.js";
import { RecordedHost } from "./recorded-host.js";
import { takeInstead, wayOut } from "./way-out.js";

/** What is said of a programme that is planned, being recorded, or could not be. */
const SENTENCES = /** @type {Partial<Record<RecordingPhase, string>>} */ ({
	planned: "rec.will_be", recording: "rec.is_recording", failed: "rec.has_failed",
});

/** Records a programme, or its show every time; plays what was recorded of it. */
export class RecordButton extends Controller {
	/** @type {"" | "busy" | "failed"} */
	#state = "";
	#turn = 0;
	#recorded = new RecordedHost(this);

	/** Forget how the last attempt went. */
	reset() {
		this.#turn += 1;
		this.#state = "";
		this.#recorded.close();
	}

	/** What plays a recording: above everything else. */
	player() {
		return this.#recorded.template();
	}

	/** @param {Context} context @param {Channel} channel @param {Shown} programme */
	template(context, channel, programme) {
		const { mayWatch, store, t } = context;
		const { isOn } = store.recordings;
		const found = store.recordings.of(channel.number, programme);
		if (!mayWatch || !(isOn || found)) return nothing;
		const isFailed = this.#state === "failed" || this.#recorded.isFailed;
		return html`<div class="record">
			${found ? this.#said(context, found) : nothing}
			<div class="buttons">
				${found ? this.#playButton(context, programme, found) : nothing}
				${isOn ? this.#recordButtons(context, channel, programme, found) : nothing}
			</div>
			<p class="outcome failed" role="alert">${isFailed ? t("rec.not_done") : nothing}</p>
		</div>`;
	}

	/**
	 * @param {Context} context @param {Channel} channel @param {Shown} programme
	 * @param {RecordingMark | undefined} found
	 */
	#recordButtons(context, channel, programme, found) {
		return html`${this.#recordButton(context, channel, programme, found)}
			${context.isAdmin && !programme.filler ? this.#everyButton(context, programme) : nothing}`;
	}

	/** How it is, and what stands in its way. @param {Context} context @param {RecordingMark} found */
	#said(context, { id, state }) {
		const { store, t } = context;
		const conflict = store.recordings.conflicts.find((one) => one.id === id);
		if (conflict) {
			const take = (/** @type {FollowedAiring} */ one) => this.#take(store, id, one);
			return html`<div class="said" role="status">
				${wayOut(context, t("rec.conflict_here"), conflict.instead, take)}
			</div>`;
		}
		const sentence = SENTENCES[state];
		if (!sentence) return nothing;
		return html`<p class="said" role="status">
			${state === "failed" ? icon("fail", 16) : html`<span class="dot ${state}" aria-hidden="true"></span>`} ${t(sentence)}
		</p>`;
	}

	/** @param {Context} context @param {Shown} programme @param {RecordingMark} found */
	#playButton(context, programme, found) {
		if (!canPlay(found)) return nothing;
		const play = () => this.#recorded.play(context, { ...programme, id: found.id });
		return html`<button class="button main" @click=${play}>${icon("play")} ${context.t("rec.play_here")}</button>`;
	}

	/**
	 * Record it, or do not, or stop; nothing for what is over.
	 * @param {Context} context @param {Channel} channel @param {Shown} programme
	 * @param {RecordingMark | undefined} found
	 */
	#recordButton({ store, t }, { number }, { start, stop }, found) {
		const isBusy = this.#state === "busy";
		if (found?.state === "planned" || found?.state === "recording") {
			const cancel = () => this.#ask(store.request("recordings/cancel", { recording: found.id }));
			return html`<button class="button" ?disabled=${isBusy} @click=${cancel}>
				${icon("close")} ${t(found.state === "planned" ? "rec.cancel_here" : "rec.stop_here")}
			</button>`;
		}
		if (found || stop <= now()) return nothing;
		const record = () => this.#ask(store.request("recordings/record", { channel: number, start }));
		return html`<button class="button" ?disabled=${isBusy} @click=${record}>${icon("record")} ${t("rec.record")}</button>`;
	}

	/** @param {Context} context @param {Shown} programme */
	#everyButton({ store, t }, { title }) {
		const rule = store.recordings.rules.find(
			({ kind, text, channel }) => kind === "show" && channel === null && isSame(text, title),
		);
		const toggle = () => {
			const asked = rule
				? store.request("recordings/rules/remove", { rule: rule.id })
				: store.request("recordings/rules/add", { kind: "show", text: title });
			return this.#ask(asked);
		};
		return html`<button class="button" aria-pressed=${Boolean(rule)} ?disabled=${this.#state === "busy"} @click=${toggle}>
			${icon("refresh")} ${t(rule ? "rec.every_on" : "rec.every")}
		</button>`;
	}

	/** Record another showing instead. @param {Store} store @param {string} id @param {FollowedAiring} instead */
	#take(store, id, { channel, start }) {
		return this.#ask(takeInstead(store, id, { channel, start }));
	}

	/** @param {Promise<unknown>} answer */
	async #ask(answer) {
		const turn = ++this.#turn;
		this.#state = "busy";
		this.redraw();
		const state = await answer.then(() => /** @type {const} */ (""), () => /** @type {const} */ ("failed"));
		if (turn === this.#turn) this.#state = state;
		this.redraw();
	}
}

/** @param {string} one @param {string} other */
const isSame = (one, other) => one.trim().toLowerCase() === other.trim().toLowerCase();

import { Controller, html, icon, nothing } from "../lib/index.js";
import { copyText } from "../lib/copy.js";
import { masked, valueOf } from "../model/players.js";
import "./connect-icons.js";

const COPIED = 2000;

/** Rows with a value for a player: masked or shown, to copy or to scan. */
export class FieldRows extends Controller {
	#showQr;
	/** @type {Set<string>} */
	#shown = new Set();
	#copied = "";
	#isFailed = false;

	/** @param {{redraw(): void}} host @param {(qr: Qr) => void} showQr */
	constructor(host, showQr) {
		super(host);
		this.#showQr = showQr;
	}

	/** Mask all secrets. */
	mask() {
		this.#shown.clear();
	}

	/**
	 * @param {Context} context @param {string} place - tells two rows with the same field apart
	 * @param {Field} field @param {ConnectData} data @param {string} origin
	 */
	template({ t, text }, place, field, data, origin) {
		const value = valueOf(field, data, origin);
		if (value === undefined) return nothing;
		const label = text.first([`connect.${place}.${field}`, `connect.field.${field}`]);
		const key = `${place} ${field}`;
		const hidden = masked(field, value, data);
		const isShown = this.#shown.has(key);
		const isSecret = hidden !== value;
		const toggle = () => this.#toggle(key);
		const labelOf = (/** @type {string} */ what) => t(`connect.${what}`, { field: label });
		return html`<div class="row" role="group" aria-label=${label}>
			<div class="label">${label}</div>
			<div class="value" translate="no">${isShown ? value : hidden}</div>
			<div class="tools">
				${isSecret ? button(isShown ? "hide" : "eye", labelOf("show"), toggle, isShown) : nothing}
				${button("qr", labelOf("qr"), () => this.#showQr({ label, value, isSecret }))}
				${button(this.#copyIcon(key), labelOf("copy"), () => this.#copy(key, value))}
			</div>
			<span class="sr" role="status">
				${this.#copied === key
					? t(this.#isFailed ? "connect.not_copied" : "connect.copied")
					: nothing}
			</span>
		</div>`;
	}

	/** @param {string} key */
	#copyIcon(key) {
		if (this.#copied !== key) return "copy";
		return this.#isFailed ? "fail" : "done";
	}

	/** @param {string} key */
	#toggle(key) {
		if (!this.#shown.delete(key)) this.#shown.add(key);
		this.redraw();
	}

	/** @param {string} key @param {string} value */
	async #copy(key, value) {
		this.#isFailed = !(await copyText(value));
		this.#copied = key;
		this.redraw();
		setTimeout(() => {
			if (this.#copied !== key) return;
			this.#copied = "";
			this.redraw();
		}, COPIED);
	}
}

/**
 * A button with a picture, and what it does as its label.
 * @param {string} picture @param {string} label @param {() => void} act @param {boolean} [isPressed]
 */
const button = (picture, label, act, isPressed) =>
	html`<button class="icon ${picture}" aria-label=${label} title=${label}
		aria-pressed=${isPressed ?? nothing} @click=${act}>
		${icon(picture)}
	</button>`;

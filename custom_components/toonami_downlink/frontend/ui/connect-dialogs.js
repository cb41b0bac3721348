import { html, nothing } from "../lib/index.js";
import { qrCode } from "./qr-code.js";

/**
 * The dialog before the secrets are replaced: it says what stops working.
 * @param {Strings} text
 * @param {{isBusy: boolean, rotate: () => void, name?: string}} action - `name`: of the only device
 *   that they are replaced for
 */
export function rotateDialog(text, { isBusy, rotate, name }) {
	return html`<dialog id="rotate" aria-labelledby="rotate-title">
		<h2 id="rotate-title">${text.get("rotate.title")}</h2>
		<p>${name ? text.get("rotate.only", { name }) : text.get("rotate.stops")}</p>
		<ul>
			<li>${text.get("rotate.stops_links")}</li>
			<li>${text.get("rotate.stops_login")}</li>
			<li>${text.get("rotate.stays")}</li>
		</ul>
		<form method="dialog" class="buttons">
			<button class="button" autofocus>${text.get("cancel")}</button>
			<button class="button danger" type="button" ?disabled=${isBusy} @click=${rotate}>
				${text.get("rotate.do")}
			</button>
		</form>
	</dialog>`;
}

/**
 * The dialog before the tuner is switched on: it says what that does.
 * @param {Strings} text @param {{isBusy: boolean, switchOn: () => void}} action
 */
export function tunerDialog(text, { isBusy, switchOn }) {
	return html`<dialog id="tuner" aria-labelledby="tuner-title">
		<h2 id="tuner-title">${text.get("tuner.title")}</h2>
		<p>${text.get("tuner.does")}</p>
		<p>${text.get("tuner.stays")}</p>
		<form method="dialog" class="buttons">
			<button class="button" autofocus>${text.get("cancel")}</button>
			<button class="button main" type="button" ?disabled=${isBusy} @click=${switchOn}>
				${text.get("tuner.do")}
			</button>
		</form>
	</dialog>`;
}

/** The dialog with a QR code. @param {Strings} text @param {Qr} qr @param {() => void} onClose */
export function qrDialog(text, { label, value, isSecret }, onClose) {
	return html`<dialog id="qr" aria-labelledby="qr-title" @close=${onClose}>
		<h2 id="qr-title">${label}</h2>
		${qrCode(value, text.get("connect.qr", { field: label }))}
		<p class="dim">
			${text.get("connect.qr_hint")} ${isSecret ? text.get("connect.qr_secret") : nothing}
		</p>
		<form method="dialog" class="buttons"><button class="button">${text.get("close")}</button></form>
	</dialog>`;
}

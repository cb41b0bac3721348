import { html, icon, nothing } from "../lib/index.js";

/**
 * The dialog before a recording is stopped or deleted: it says which one.
 * @param {Context} context
 * @param {RecordingQuestion | undefined} asked @param {() => void} act
 */
export function askDialog({ clock, t }, asked, act) {
	const { what = "stop", recording } = asked ?? {};
	const name = recording?.title ?? "";
	const time = recording ? `${clock.shortDate(recording.start)} ${clock.time(recording.start)}` : "";
	return html`<dialog id="ask" aria-labelledby="ask-title">
		<h2 id="ask-title" dir="auto">${t(`rec.${what}_title`, { name })}</h2>
		<p dir="auto">${t(`rec.${what}_text`, { time })}</p>
		<form method="dialog" class="buttons">
			<button class="button" autofocus>${t("cancel")}</button>
			<button class="button danger" type="button" @click=${act}>${t(`rec.${what}`)}</button>
		</form>
	</dialog>`;
}

/**
 * The dialog that plays a recording on a player of the house.
 * @param {Context} context @param {Recording | undefined} recording
 * @param {import("./play-on.js").PlayOn} playOn
 */
export function playDialog(context, recording, playOn) {
	const { t } = context;
	const close = (/** @type {Event} */ { currentTarget }) =>
		/** @type {HTMLElement} */ (currentTarget).closest("dialog")?.close();
	return html`<dialog id="play-on" aria-labelledby="play-on-title">
		<div class="dialog-top">
			<h2 id="play-on-title" dir="auto">${recording?.title}</h2>
			<button class="icon" aria-label=${t("close")} @click=${close}>${icon("close")}</button>
		</div>
		${recording ? playOn.template(context, { number: `recording/${recording.number}`, radio: false, kind: "video" }) : nothing}
	</dialog>`;
}

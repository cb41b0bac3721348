import { Controller, html, nothing } from "../lib/index.js";

const PATH = "/api/toonami_downlink/house/";
const FILE = "toonami-downlink.house";
const LARGEST = 25 * 1024 * 1024;
const SHORTEST = 8;

/** The dialogs that write everything into one file, and put one in the place of all. */
export class HouseFile extends Controller {
	/** Whether Home Assistant is at it. */
	isBusy = false;
	/** Why it could not be done; empty when it was not tried. */
	#refusal = "";
	#element;
	#onDone;

	/**
	 * @param {import("../lib/element.js").DownlinkElement} element
	 * @param {(done: "export" | "replace") => void} onDone
	 */
	constructor(element, onDone) {
		super(element);
		this.#element = element;
		this.#onDone = onDone;
	}

	/** Show a dialog, once it is drawn. @param {"export" | "replace"} which */
	open(which) {
		this.#element.find(`#house-${which}`, HTMLDialogElement).showModal();
	}

	/** @param {Context} context */
	template(context) {
		const { t } = context;
		return html`${this.#dialog(context, "export", html`<p>${t("moving.export_text")}</p>`, [
			this.#field(t("moving.phrase"), "phrase", "password", "new-password"),
			this.#field(t("moving.phrase_again"), "again", "password", "new-password"),
			html`<p class="dim">${t("moving.phrase_hint")}</p>`,
		])}
		${this.#dialog(context, "replace", html`<p>${t("moving.import_text")}</p>`, [
			this.#field(t("moving.file"), "file", "file", "off"),
			this.#field(t("moving.phrase"), "phrase", "password", "off"),
		])}`;
	}

	/**
	 * @param {Context} context @param {"export" | "replace"} which @param {unknown} text
	 * @param {unknown[]} fields
	 */
	#dialog(context, which, text, fields) {
		const { t } = context;
		const id = `house-${which}`;
		const submit = (/** @type {Event} */ event) => {
			event.preventDefault();
			this.#submit(context, which, /** @type {HTMLFormElement} */ (event.currentTarget));
		};
		return html`<dialog id=${id} aria-labelledby="${id}-title" @close=${this.#forget}>
			<h2 id="${id}-title">${t(which === "export" ? "moving.export_title" : "moving.import_title")}</h2>
			${text}
			<form class="entry" @submit=${submit}>
				${fields}
				<p class="refusal" role="status">
					${this.#refusal ? t(`moving.file_${this.#refusal}`) : nothing}
				</p>
				<div class="buttons">
					<button class="button" type="button" @click=${close}>${t("cancel")}</button>
					<button class="button main" ?disabled=${this.isBusy}>
						${t(which === "export" ? "moving.export_do" : "moving.import_do")}
					</button>
				</div>
			</form>
		</dialog>`;
	}

	/** @param {string} label @param {string} name @param {string} type @param {string} complete */
	#field(label, name, type, complete) {
		return html`<label>
			<span>${label}</span>
			<input class="field" name=${name} type=${type} autocomplete=${complete} dir="ltr" />
		</label>`;
	}

	/** @param {Event} event */
	#forget = ({ target }) => {
		/** @type {HTMLElement} */ (target).querySelector("form")?.reset();
		this.#refusal = "";
		this.redraw();
	};

	/** @param {Context} context @param {"export" | "replace"} which @param {HTMLFormElement} form */
	async #submit(context, which, form) {
		const given = new FormData(form);
		this.#refusal = which === "export" ? flawOfPhrase(given) : flawOfFile(given);
		if (!this.#refusal) {
			this.isBusy = true;
			this.redraw();
			this.#refusal = await send(context, which, given);
			this.isBusy = false;
		}
		if (!this.#refusal) {
			this.#onDone(which);
			form.closest("dialog")?.close();
		}
		this.redraw();
	}
}

/** @param {Event} event */
function close({ currentTarget }) {
	/** @type {HTMLElement} */ (currentTarget).closest("dialog")?.close();
}

/** @param {FormData} given */
function flawOfPhrase(given) {
	if (String(given.get("phrase")).length < SHORTEST) return "bad_passphrase";
	return given.get("phrase") === given.get("again") ? "" : "differ";
}

/** @param {FormData} given */
function flawOfFile(given) {
	const file = given.get("file");
	if (!(file instanceof File) || !file.name) return "no_file";
	return file.size > LARGEST ? "too_large" : "";
}

/**
 * Send the form, and save what comes of an export. Returns why that could not be done.
 * @param {Context} context @param {"export" | "replace"} which @param {FormData} given
 */
async function send({ hass }, which, given) {
	const body = new FormData();
	body.set("passphrase", given.get("phrase") ?? "");
	if (which === "replace") body.set("file", given.get("file") ?? "");
	try {
		const answer = await hass.fetchWithAuth(`${PATH}${which}`, { method: "POST", body });
		if (answer.status === 400) return (await answer.json()).error;
		if (!answer.ok) return "failed";
		if (which === "export") save(await answer.blob());
		else if (!(await answer.json()).loaded) return "not_loaded";
	} catch {
		return "failed";
	}
	return "";
}

/** Let the browser save a file. @param {Blob} blob */
function save(blob) {
	const link = document.createElement("a");
	link.href = URL.createObjectURL(blob);
	link.download = FILE;
	link.click();
	URL.revokeObjectURL(link.href);
}

import { Controller, html, nothing } from "../lib/index.js";

/** The dialog that takes an address over which players have kept from before. */
export class OldAddress extends Controller {
	/** Whether Home Assistant is being told. */
	isBusy = false;
	/** Why it was not taken over; empty when it was not tried. */
	#refusal = "";
	#element;
	#onAdopted;

	/**
	 * @param {import("../lib/element.js").DownlinkElement} element
	 * @param {(data: ConnectData) => void} onAdopted
	 */
	constructor(element, onAdopted) {
		super(element);
		this.#element = element;
		this.#onAdopted = onAdopted;
	}

	/** Show it, once it is drawn. */
	open() {
		this.#dialog.showModal();
	}

	get #dialog() {
		return this.#element.find("#old-address", HTMLDialogElement);
	}

	/** @param {Context} context @param {string} device @param {string} [name] - of the device */
	template(context, device, name) {
		const { t } = context;
		const submit = (/** @type {Event} */ event) => {
			event.preventDefault();
			this.#adopt(context, device);
		};
		return html`<dialog id="old-address" aria-labelledby="old-address-title" @close=${this.#forget}>
			<h2 id="old-address-title">${t("moving.old_title")}</h2>
			<p>${t("moving.old_text")}</p>
			<ul>
				<li>${name ? t("moving.old_only", { name }) : t("moving.old_house")}</li>
				<li>${t("moving.old_stops")}</li>
				<li>${t("moving.old_kinds")}</li>
			</ul>
			<form class="entry" @submit=${submit}>
				<label for="old-address-text">${t("moving.old_label")}</label>
				<input id="old-address-text" class="field" dir="ltr" inputmode="url" autocomplete="off"
					autocapitalize="off" spellcheck="false" autofocus aria-describedby="old-address-said"
					aria-invalid=${this.#refusal ? "true" : "false"} />
				<p id="old-address-said" class="refusal" role="status">
					${this.#refusal ? t(`moving.refused_${this.#refusal}`) : nothing}
				</p>
				<div class="buttons">
					<button class="button" type="button" @click=${() => this.#dialog.close()}>
						${t("cancel")}
					</button>
					<button class="button main" ?disabled=${this.isBusy}>${t("moving.old_do")}</button>
				</div>
			</form>
		</dialog>`;
	}

	get #input() {
		return this.#element.find("#old-address-text", HTMLInputElement);
	}

	#forget = () => {
		this.#input.value = "";
		this.#refusal = "";
		this.redraw();
	};

	/** @param {Context} context @param {string} device */
	async #adopt(context, device) {
		this.isBusy = true;
		this.redraw();
		try {
			const address = this.#input.value;
			const data = await context.store.request("credentials/adopt", { device, address });
			this.#onAdopted(data);
			this.#dialog.close();
		} catch (error) {
			this.#refusal = reasonOf(error);
		}
		this.isBusy = false;
		this.redraw();
	}
}

/** Return why an address was refused. @param {any} error */
function reasonOf(error) {
	return error?.code === "address_refused" ? error.translation_key : "not_saved";
}

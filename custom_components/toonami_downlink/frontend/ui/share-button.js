import { Controller, html, icon, nothing } from "../lib/index.js";
import { paths } from "../lib/assets.js";
import { copyText } from "../lib/copy.js";

paths.share = "M12 15V4M8 7.5l4-4 4 4M6 11H5v10h14V11h-1";

/** A button that shares an address of the panel: as the device does it, else by copying. */
export class ShareButton extends Controller {
	/** @type {"" | "copied" | "not_copied"} */
	#outcome = "";

	/** Forget how the last time went. */
	reset() {
		this.#outcome = "";
	}

	/** @param {Context} context @param {string} title @param {string} path */
	template({ t }, title, path) {
		const said = this.#outcome ? t(`share.${this.#outcome}`) : nothing;
		return html`<button class="icon" title=${t("share.share")} aria-label=${t("share.share")}
				@click=${(/** @type {Event} */ event) => this.#share(event, title, path)}>${icon("share")}</button>
			<span class="shared" role="status">${said}</span>`;
	}

	/** @param {Event} event @param {string} title @param {string} path */
	async #share({ currentTarget }, title, path) {
		const url = location.origin + path;
		// While a dialog is open, nothing outside of it can be selected.
		const dialog = /** @type {Element} */ (currentTarget).closest("dialog") ?? undefined;
		// Only secure pages have it; of the companion apps, not all.
		if (navigator.share) {
			try {
				return await navigator.share({ title, url });
			} catch (error) {
				if (error instanceof DOMException && error.name === "AbortError") return;
			}
		}
		this.#outcome = (await copyText(url, dialog)) ? "copied" : "not_copied";
		this.redraw();
	}
}

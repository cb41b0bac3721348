import { Controller, html, icon, nothing } from "../lib/index.js";

/** The button that starts a refresh. */
export class RefreshButton extends Controller {
	isAsked = false;
	#isRefused = false;

	/** @param {Context} context @param {boolean} isRunning */
	template(context, isRunning) {
		const isBusy = isRunning || this.isAsked;
		return html`<button class="button main" aria-disabled=${isBusy}
				@click=${() => isBusy || this.#refresh(context)}>
				${icon("refresh")} ${context.t(isBusy ? "refresh.running" : "refresh.now")}
			</button>
			<span role="status">${this.#isRefused ? context.t("refresh.refused") : nothing}</span>`;
	}

	/** @param {Context} context */
	async #refresh({ store }) {
		this.isAsked = true;
		this.#isRefused = false;
		this.redraw();
		try {
			await store.request("refresh");
		} catch {
			this.#isRefused = true;
		}
		this.isAsked = false;
		this.redraw();
	}
}

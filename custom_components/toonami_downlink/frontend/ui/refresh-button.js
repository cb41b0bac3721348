import { Controller } from "../lib/controller.js";
import { html, icon, nothing } from "../lib/index.js";

/** Refresh now, and say when that is refused. */
export class RefreshButton extends Controller {
	isAsked = false;
	#isRefused = false;

	/** @param {Context} context @param {boolean} isRunning */
	template(context, isRunning) {
		const isBusy = isRunning || this.isAsked;
		return html`<button class="button main" aria-disabled=${isBusy}
				@click=${() => isBusy || this.#ask(context)}>
				${icon("refresh")} ${context.t(isBusy ? "refresh.running" : "refresh.now")}
			</button>
			<span role="status">${this.#isRefused ? context.t("refresh.refused") : nothing}</span>`;
	}

	/** @param {Context} context */
	async #ask({ store }) {
		this.isAsked = true;
		this.#isRefused = false;
		this.redraw();
		try {
			await store.ask("refresh");
		} catch {
			this.#isRefused = true;
		}
		this.isAsked = false;
		this.redraw();
	}
}

import { Controller, html, icon } from "../lib/index.js";

/** Keeps the search of the guide's page as the address says; its code is loaded after the guide. */
export class SearchHost extends Controller {
	/** @type {Promise<unknown> | undefined} */
	#loading;

	/** @param {GuidePage} page */
	constructor(page) {
		super(page);
		this.page = page;
	}

	/** @param {Context} context @param {(event: ChoiceEvent) => void} onChoose */
	template(context, onChoose) {
		// Before its code is there, the element must not be made.
		if (!customElements.get("tdl-search")) {
			return html`<div class="search-bone field" aria-hidden="true">${icon("search")}</div>`;
		}
		return html`<tdl-search .context=${context} .query=${this.page.places.place.search}
			@choose=${onChoose} @query=${this.#onQuery}></tdl-search>`;
	}

	/** Load it, once; it is asked for again when it could not be had. */
	load() {
		this.#loading ??= import("./search-box.js").then(
			() => this.redraw(),
			() => (this.#loading = undefined),
		);
		return this.#loading;
	}

	/** Put the focus into the field. */
	async focus() {
		await this.load();
		this.page.draw();
		/** @type {SearchBox | null} */ (this.page.root.querySelector("tdl-search"))?.focusInput();
	}

	/** @param {CustomEvent<{query: string}>} event */
	#onQuery = ({ detail: { query: search } }) => {
		const { places } = this.page;
		// What was opened since then lies above the search, and is not left with it.
		if (!search && places.place.start === null) places.leave({ search });
		else if (!search || places.place.search) places.replace({ search });
		else places.go({ search });
	};
}

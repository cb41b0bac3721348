import { render } from "../vendor/lit-html/lit-html.js";

/** An element that draws itself from a template, at most once for all changes of one task. */
export class DownlinkElement extends HTMLElement {
	/** @type {CSSStyleSheet[]} */
	static sheets = [];

	#isPending = false;

	constructor() {
		super();
		/** @type {ShadowRoot} */
		this.root = this.attachShadow({ mode: "open" });
		this.root.adoptedStyleSheets = /** @type {typeof DownlinkElement} */ (this.constructor).sheets;
	}

	connectedCallback() {
		this.redraw();
	}

	/** Draw before the next task. */
	redraw() {
		if (this.#isPending) return;
		this.#isPending = true;
		queueMicrotask(() => {
			this.#isPending = false;
			if (this.isConnected) this.draw();
		});
	}

	/** Draw now. */
	draw() {
		render(this.template(), this.root);
		this.drawn();
	}

	/** Return what to draw. @returns {unknown} */
	template() {
		return undefined;
	}

	/** Do what needs the elements that were drawn. */
	drawn() {}

	/**
	 * Find an element that is known to be there.
	 * @template {Element} T @param {string} selector @param {new (...args: never[]) => T} type
	 * @returns {T}
	 */
	find(selector, type) {
		const found = this.root.querySelector(selector);
		if (!(found instanceof type)) throw new Error(`no ${selector}`);
		return found;
	}
}

/**
 * Register an element, unless another version did.
 * @param {string} tag @param {CustomElementConstructor} type
 */
export function define(tag, type) {
	if (!customElements.get(tag)) customElements.define(tag, type);
}

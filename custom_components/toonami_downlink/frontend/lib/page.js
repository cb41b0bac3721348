import { DownlinkElement } from "./element.js";

/** An element that is given a context, and lives with it while it is on screen. */
export class Page extends DownlinkElement {
	/** How often it is drawn, in milliseconds: times on it grow old. */
	static period = 15_000;

	/** @type {Context | undefined} */
	#context;
	#timer = 0;

	get context() {
		return /** @type {Context} */ (this.#context);
	}

	set context(context) {
		if (context === this.#context) return;
		if (this.#context && this.isConnected) this.stop();
		this.#context = context;
		if (this.isConnected) this.start();
		this.redraw();
	}

	/** @type {Strings["get"]} */
	t = (key, values) => this.context.t(key, values);

	connectedCallback() {
		super.connectedCallback();
		if (this.#context) this.start();
		const { period } = /** @type {typeof Page} */ (this.constructor);
		this.#timer = window.setInterval(() => this.tick(), period);
	}

	disconnectedCallback() {
		clearInterval(this.#timer);
		if (this.#context) this.stop();
	}

	/** Begin to follow what the context knows. */
	start() {}

	stop() {}

	tick() {
		this.redraw();
	}

	draw() {
		if (this.#context) super.draw();
	}

	/** @param {string} name @param {object} [detail] */
	send(name, detail) {
		this.dispatchEvent(new CustomEvent(name, { detail }));
	}
}

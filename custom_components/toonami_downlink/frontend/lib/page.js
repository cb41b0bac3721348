import { DownlinkElement } from "./element.js";

/** An element with a context, whose store it follows while it is on screen. */
export class Page extends DownlinkElement {
	/** How often it is drawn, in milliseconds: times on it grow old. */
	static period = 15_000;

	/** @type {Context | undefined} */
	#context;
	#timer = 0;
	#running = new AbortController();

	get context() {
		return /** @type {Context} */ (this.#context);
	}

	set context(context) {
		if (context === this.#context) return;
		this.#context = context;
		if (this.isConnected) this.#restart();
		this.redraw();
	}

	/** Aborted when it leaves the screen or gets another context. */
	get signal() {
		return this.#running.signal;
	}

	/** @type {Strings["get"]} */
	t = (key, values) => this.context.t(key, values);

	connectedCallback() {
		super.connectedCallback();
		this.#restart();
		const { period } = /** @type {typeof Page} */ (this.constructor);
		this.#timer = window.setInterval(() => this.tick(), period);
	}

	disconnectedCallback() {
		clearInterval(this.#timer);
		this.#running.abort();
	}

	#restart() {
		this.#running.abort();
		this.#running = new AbortController();
		if (this.#context) this.start();
	}

	/** Begin to follow what can change, until `signal` is aborted. */
	start() {}

	/** Draw what has changed with the time. */
	tick() {
		this.redraw();
	}

	draw() {
		if (this.#context) super.draw();
	}
}

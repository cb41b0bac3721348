import { sensorOf } from "../model/entities.js";

/** How long one presses to hold, in milliseconds; and how far a finger may tremble meanwhile. */
const HOLD = 500;
const TREMBLE = 10;

/**
 * What a tap and a hold on the card do, when the user has chosen that: Home Assistant does it.
 * Otherwise what is tapped is a link.
 */
export class CardActions {
	#element;
	#timer = 0;
	#isHeld = false;
	#from = { x: 0, y: 0 };

	/** @type {CardSettings | undefined} */
	settings = undefined;

	/** @param {HTMLElement} element - which the event `hass-action` comes from */
	constructor(element) {
		this.#element = element;
	}

	/**
	 * Something was pressed.
	 * @param {PointerEvent} event @param {Hass} hass @param {Channel} channel
	 */
	down({ button, clientX: x, clientY: y }, hass, channel) {
		this.end();
		this.#isHeld = false;
		this.#from = { x, y };
		const action = this.settings?.hold?.action;
		if (button !== 0 || !action || action === "none") return;
		this.#timer = window.setTimeout(() => {
			this.#isHeld = true;
			this.#act("hold", hass, channel);
		}, HOLD);
	}

	/** The pointer was moved. @param {PointerEvent} event */
	move({ clientX, clientY }) {
		const { x, y } = this.#from;
		if (Math.hypot(clientX - x, clientY - y) > TREMBLE) this.end();
	}

	/** The press has ended, or became something else, such as scrolling. */
	end() {
		clearTimeout(this.#timer);
		this.#timer = 0;
	}

	/**
	 * Something was clicked.
	 * @param {MouseEvent} event @param {Hass} hass @param {Channel} channel
	 */
	click(event, hass, channel) {
		this.end();
		if (!this.#isHeld && !this.settings?.tap) return;
		event.preventDefault();
		if (!this.#isHeld) this.#act("tap", hass, channel);
		this.#isHeld = false;
	}

	/** A held finger opens the browser's menu, unless it does something else. @param {Event} event */
	menu(event) {
		if (this.#timer || this.#isHeld) event.preventDefault();
	}

	/** @param {"tap" | "hold"} action @param {Hass} hass @param {Channel} channel */
	#act(action, hass, channel) {
		const { tap, hold } = this.settings ?? {};
		const config = { entity: sensorOf(hass, channel.key), tap_action: tap, hold_action: hold };
		const detail = { config, action };
		this.#element.dispatchEvent(
			new CustomEvent("hass-action", { bubbles: true, composed: true, detail }),
		);
	}
}

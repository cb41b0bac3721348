import { Controller, isComposing } from "../lib/index.js";
import { addDigit, DIGITS_PAUSE } from "../model/watching.js";

const FIELDS = /^(input|select|textarea)$/i;
/** What space presses, or moves. */
const PRESSED = "button, a[href], summary, [role=gridcell], [role=option], [tabindex='0']";

/** The television's keys: digits, b, m, f and space. */
export class Keys extends Controller {
	/** The digits so far. */
	typed = "";
	#timer = 0;
	#player;
	#set;

	/** @param {import("./player.js").Player} player @param {Television} set */
	constructor(player, set) {
		super(player);
		this.#player = player;
		this.#set = set;
	}

	/** @param {AbortSignal} signal */
	start(signal) {
		// Before Home Assistant, which has other plans for some of the letters.
		window.addEventListener("keydown", (event) => this.#onKey(event), { signal, capture: true });
		signal.addEventListener("abort", () => this.#forget());
	}

	/** @param {KeyboardEvent} event */
	#onKey(event) {
		if (!this.#set.isOn || !isForUs(event) || !this.#press(event)) return;
		event.preventDefault();
		event.stopImmediatePropagation();
	}

	/** @param {KeyboardEvent} event @returns {boolean} whether it was one of ours */
	#press(event) {
		const set = this.#set;
		if (/^[0-9]$/.test(event.key)) this.#type(event.key);
		else if (event.key === "b") set.back();
		else if (event.key === "m") set.toggleSound();
		else if (event.key === "f") this.#player.toggleFull();
		else if (event.key === " " && !isPressed(event)) set.togglePlay();
		else return false;
		return true;
	}

	/** @param {string} digit */
	#type(digit) {
		clearTimeout(this.#timer);
		const { typed, number } = addDigit(this.typed, digit, this.#set.numbers);
		this.typed = typed;
		// The number stays for a moment, so that one sees what was chosen.
		if (number !== undefined) this.#set.watch(number);
		this.#timer = window.setTimeout(() => this.#choose(), DIGITS_PAUSE);
		this.redraw();
	}

	#choose() {
		const number = Number(this.typed);
		this.#forget();
		this.#set.watch(number);
		this.redraw();
	}

	#forget() {
		clearTimeout(this.#timer);
		this.typed = "";
	}
}

/** @param {KeyboardEvent} event */
function isForUs(event) {
	if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return false;
	if (isComposing(event)) return false;
	return !elementsOf(event).some(
		(node) => FIELDS.test(node.tagName) || node.isContentEditable || node.matches("dialog"),
	);
}

/** Whether the key presses what has the focus. @param {KeyboardEvent} event */
const isPressed = (event) => elementsOf(event).some((node) => node.matches(PRESSED));

/** @param {Event} event */
const elementsOf = (event) => event.composedPath().filter((node) => node instanceof HTMLElement);

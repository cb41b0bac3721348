import { Controller, isComposing } from "../lib/index.js";
import { addDigit, DIGITS_PAUSE } from "../model/watching.js";
import { STEP } from "../model/winding.js";

/** What takes all keys. A slider takes only those that move it. */
const FIELDS = "input:not([type=range]), select, textarea, dialog";
/** What space presses, or moves. */
const PRESSED = "button, a[href], summary, [role=gridcell], [role=option], [tabindex='0']";

/** Where arrows move something else. */
const MOVED = "input[type=range], [role=grid], [role=listbox], [role=tablist], [role=menu], [tabindex='0']";
/** What the arrows wind by, in seconds. */
const ARROWS = new Map([["ArrowLeft", -STEP], ["ArrowRight", STEP]]);

/** The television's keys: digits, b, m, f, l, space, and the arrows to wind. */
export class Keys extends Controller {
	/** The digits so far. */
	typed = "";
	/** Whether they are a channel's already: another digit begins another number. */
	#isWhole = false;
	#timer = 0;
	#player;

	/** @param {Player} player */
	constructor(player) {
		super(player);
		this.#player = player;
	}

	/** @param {AbortSignal} signal */
	start(signal) {
		// Before Home Assistant, which has other plans for some of the letters.
		window.addEventListener("keydown", (event) => this.#onKey(event), { signal, capture: true });
		signal.addEventListener("abort", () => this.#forget());
	}

	/** @param {KeyboardEvent} event */
	#onKey(event) {
		if (!this.#player.set.isOn || !isForUs(event) || !this.#press(event)) return;
		event.preventDefault();
		event.stopImmediatePropagation();
	}

	/** @param {KeyboardEvent} event @returns {boolean} whether it was one of ours */
	#press(event) {
		const { set } = this.#player;
		if (/^[0-9]$/.test(event.key)) this.#type(event.key);
		else if (ARROWS.has(event.key) && !isMoved(event)) set.wind(ARROWS.get(event.key) ?? 0);
		else if (event.key === " " && !isPressed(event)) set.togglePlay();
		else return this.#pressLetter(event.key);
		return true;
	}

	/** @param {string} key @returns {boolean} */
	#pressLetter(key) {
		const { set, toggleFull } = this.#player;
		if (key === "b") this.#player.back();
		else if (key === "m") set.toggleSound();
		else if (key === "f") toggleFull();
		else if (key === "l") set.goLive();
		else return false;
		return true;
	}

	/** @param {string} digit */
	#type(digit) {
		clearTimeout(this.#timer);
		const before = this.#isWhole ? "" : this.typed;
		const { typed, number } = addDigit(before, digit, this.#player.set.numbers);
		// The number stays for a moment, so that one sees what was chosen.
		this.typed = typed;
		this.#isWhole = number !== undefined;
		if (number !== undefined) this.#player.watch(number);
		this.#timer = window.setTimeout(() => this.#choose(), DIGITS_PAUSE);
		this.redraw();
	}

	#choose() {
		const number = Number(this.typed);
		if (!this.#isWhole) this.#player.watch(number);
		this.#forget();
		this.redraw();
	}

	#forget() {
		clearTimeout(this.#timer);
		this.typed = "";
		this.#isWhole = false;
	}
}

/** @param {KeyboardEvent} event */
function isForUs(event) {
	if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return false;
	if (isComposing(event)) return false;
	return !elementsOf(event).some(
		(node) => node.isContentEditable || node.matches(FIELDS),
	);
}

/** Whether the key presses what has the focus. @param {KeyboardEvent} event */
const isPressed = (event) => elementsOf(event).some((node) => node.matches(PRESSED));

/** Whether the key moves within what has the focus, such as a guide or a chart. @param {KeyboardEvent} event */
const isMoved = (event) =>
	event.shiftKey ||
	event.composedPath()[0] instanceof SVGElement ||
	elementsOf(event).some((node) => node.matches(MOVED));

/** @param {Event} event */
const elementsOf = (event) => event.composedPath().filter((node) => node instanceof HTMLElement);

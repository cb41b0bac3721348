import { controls, define, el, isComposing, loadSheet, now, send } from "../lib/index.js";
import { heightFor, roomIn, scrollFor, stepOf, wantedIn, windowAt } from "../model/grid.js";
import { HALF_HOUR, HOUR, daysBetween } from "../model/time.js";
import { GridCell } from "./grid-cell.js";
import { makeHeads } from "./grid-heads.js";
import { makeRow } from "./grid-row.js";

const gridSheet = loadSheet("grid");
/** The longest that scrolling smoothly takes, in milliseconds. */
const GLIDE = 1500;
/** How long rows are drawn in one frame while somebody scrolls, in milliseconds. */
const SHARE = 2;
const STILL = matchMedia("(prefers-reduced-motion: reduce)");

/**
 * The timeline. It has cells only for what is near the visible part.
 *
 * Events: `open` (channel, programme), `tune` (channel), `window` (days in it), `move` (somebody
 * scrolled to a time).
 */
export class GuideGrid extends HTMLElement {
	/** @type {Context | undefined} */
	#context;
	/** @type {Scale | undefined} */
	#scale;
	/** @type {GridRow[]} */
	#rows = [];
	#identity = "";
	/** @type {Cursor | undefined} */
	#cursor;
	#window = { from: 0, until: 0 };
	/** The days that it touches. @type {number[]} */
	#days = [];
	/** The rows to draw for it. @type {Set<GridRow>} */
	#due = new Set();
	/** The times above the rows, by where they are. @type {Map<number, HTMLElement>} */
	#heads = new Map();
	/** The time at the left edge. */
	#edge = 0;
	#isScheduled = false;
	#nowX = -100;
	/** The time to keep in the left quarter of the visible part. @type {number | undefined} */
	#anchor;
	/** Where that made it scroll to: from anywhere else, somebody scrolled. */
	#left = 0;
	/** Until when it scrolls smoothly by itself, in milliseconds. */
	#glides = 0;
	#observer = new ResizeObserver(() => this.#measure());
	#viewWidth = 0;
	#corner = el("div", { role: "columnheader", class: "corner", "aria-colindex": "1" });
	#times = el("div", { role: "row", class: "times-row", "aria-rowindex": "1" }, [this.#corner]);
	#nowLine = el("div", { class: "now", role: "presentation" });
	#canvas = el("div", { class: "canvas", role: "presentation" }, [this.#times, this.#nowLine]);
	#scroller = el("div", { role: "grid", class: "scroller" }, [this.#canvas]);

	constructor() {
		super();
		const root = this.attachShadow({ mode: "open" });
		root.adoptedStyleSheets = [controls, gridSheet];
		root.append(this.#scroller);
		this.#scroller.addEventListener("scroll", () => this.#onScroll(), { passive: true });
		this.#scroller.addEventListener("scrollend", () => (this.#glides = 0));
		for (const name of ["wheel", "pointerdown", "keydown"]) {
			// Who takes hold of it ends what it does by itself.
			this.#scroller.addEventListener(name, () => (this.#glides = 0), { passive: true });
		}
		import("../lib/panning.js").then(
			({ letMousePan }) => letMousePan(this.#scroller),
			// There are scroll bars all the same.
			() => {},
		);
		this.#scroller.addEventListener("pointerover", (event) => this.#cellOf(event)?.explain());
		this.#scroller.addEventListener("keydown", (event) => this.#onKey(event));
		this.#scroller.addEventListener("click", (event) => this.#onClick(event));
		this.#scroller.addEventListener("focusin", (event) => this.#onFocus(event));
	}

	connectedCallback() {
		this.#observer.observe(this.#scroller);
	}

	disconnectedCallback() {
		this.#observer.disconnect();
	}

	/**
	 * Draw channels on a scale.
	 * @param {Context} context @param {Channel[]} channels @param {Scale} scale
	 */
	show(context, channels, scale) {
		const known = this.#scale;
		const isMoved = known?.from !== scale.from || known.slot !== scale.slot;
		this.#context = context;
		// With another one all cells would be drawn again.
		if (isMoved || known.until !== scale.until) this.#scale = scale;
		this.#scroller.setAttribute("aria-label", context.t("guide.grid"));
		this.#scroller.setAttribute("aria-rowcount", String(channels.length + 1));
		this.#scroller.setAttribute("aria-colcount", String(scale.columns + 1));
		this.#canvas.style.setProperty("--slot", `${scale.slot}px`);
		this.#canvas.style.width = `calc(var(--channel) + ${scale.width}px)`;
		this.#setRows(channels);
		this.refresh();
		if (!isMoved) return;
		this.#paint();
		this.#keepTime();
	}

	/** Draw again, because programmes were loaded. */
	refresh() {
		this.#window = { from: 0, until: 0 };
		this.#schedule();
	}

	/** Move the now-line, and turn programmes into past ones. */
	tick() {
		if (!this.#scale) return;
		const time = now();
		const x = ((time - this.#scale.from) / HALF_HOUR) * this.#scale.slot;
		this.#nowLine.classList.toggle("gliding", Math.abs(x - this.#nowX) < 4);
		this.#nowLine.style.transform = `translateX(${x}px)`;
		this.#nowX = x;
		for (const cell of this.#cells) cell.tick(time);
	}

	/**
	 * Bring a time to the left quarter of the visible part.
	 * @param {number} time @param {boolean} [isSmooth] @returns {void}
	 */
	scrollToTime(time, isSmooth = false) {
		if (isSmooth && STILL.matches) return this.scrollToTime(time);
		this.#anchor = time;
		const left = this.#leftFor(time);
		if (left === undefined || (left === this.#left && !isSmooth)) return;
		this.#left = left;
		this.#glides = isSmooth ? Date.now() + GLIDE : 0;
		this.#scroller.scrollTo({ left, behavior: isSmooth ? "smooth" : "instant" });
		this.#paint();
	}

	/** Follow the clock, unless it is still on the way to something. @param {number} time */
	follow(time) {
		if (Date.now() > this.#glides) this.scrollToTime(time);
	}

	/** Return the time that is a screen further. @param {-1 | 1} step */
	beside(step) {
		const slot = this.#scale?.slot ?? 1;
		const seen = Math.max(1, Math.floor(this.#viewWidth / slot) - 1);
		return (this.#anchor ?? now()) + step * seen * HALF_HOUR;
	}

	/** Return how far to scroll for a time; undefined while that is not known. @param {number} time */
	#leftFor(time) {
		if (!this.#scale || !this.#viewWidth) return undefined;
		const most = Math.max(0, this.#scale.width - this.#viewWidth);
		return Math.min(Math.max(0, Math.round(this.#scale.x(time) - this.#viewWidth / 4)), most);
	}

	/** Have the same time at the same place, on another scale or screen. */
	#keepTime() {
		if (this.#anchor === undefined) return;
		this.#left = -1;
		this.scrollToTime(this.#anchor);
	}

	#onScroll() {
		// What was scrolled before it was taken away is told afterwards, with nothing left of it.
		if (!this.isConnected) return;
		this.#schedule();
		const { scrollLeft } = this.#scroller;
		if (!this.#scale || Date.now() < this.#glides || Math.abs(scrollLeft - this.#left) <= 1) return;
		this.#left = scrollLeft;
		this.#anchor = this.#scale.time(scrollLeft + this.#viewWidth / 4);
		send(this, "move", { time: this.#anchor });
	}

	/** Focus what is on now, on the channel that has the focus. */
	focusNow() {
		const number = this.#cursor?.number ?? this.#rows[0]?.channel.number;
		if (number !== undefined) this.#focusAt(number, now());
	}

	get #cells() {
		return this.#rows.flatMap((row) => [...row.cells.values()]);
	}

	/** Measured only here: asking after every change would lay everything out each time. */
	#measure() {
		const { clientWidth, clientHeight } = this.#scroller;
		const height = heightFor(clientHeight - this.#times.offsetHeight, this.#rows.length);
		this.#canvas.style.setProperty("--row", `${height}px`);
		this.setAttribute("room", roomIn(height));
		const width = clientWidth - this.#corner.offsetWidth;
		if (width !== this.#viewWidth) {
			this.#viewWidth = width;
			this.#keepTime();
		}
		this.#schedule();
	}

	/** @param {Channel[]} channels */
	#setRows(channels) {
		const identity = channels.map(({ number, name }) => `${number} ${name}`).join();
		if (identity === this.#identity) {
			this.#rows.forEach((row, index) => (row.channel = channels[index]));
			return;
		}
		this.#identity = identity;
		for (const row of this.#rows) row.element.remove();
		this.#rows = channels.map(makeRow);
		this.#due.clear();
		this.#canvas.append(...this.#rows.map(({ element }) => element));
		this.style.setProperty("--rows", String(channels.length));
		this.#measure();
	}

	#schedule() {
		if (this.#isScheduled) return;
		this.#isScheduled = true;
		requestAnimationFrame(() => {
			this.#isScheduled = false;
			this.#paint(performance.now() + SHARE);
		});
	}

	/**
	 * Draw what is new in the window, until it is late; the rest has the next frame.
	 * @param {number} [late]
	 */
	#paint(late = Infinity) {
		const [context, scale] = [this.#context, this.#scale];
		if (!context || !scale || !this.#viewWidth) return;
		const { scrollLeft } = this.#scroller;
		const window = windowAt(scale, scrollLeft, this.#viewWidth);
		if (window.from !== this.#window.from || window.until !== this.#window.until) {
			this.#window = window;
			this.#days = daysBetween(window.from, window.until, context.clock.zone);
			this.#edge = scale.time(scrollLeft);
			this.#corner.textContent = context.t("guide.channels");
			this.#heads = makeHeads(context, scale, this.#window, this.#days);
			this.#times.replaceChildren(this.#corner, ...this.#heads.values());
			// Behind those that still wait: whoever scrolls on and on sees all of them.
			for (const row of this.#rows) this.#due.add(row);
		}
		for (const [x, head] of this.#heads) head.toggleAttribute("cut", x + 4 < scrollLeft);
		if (!this.#due.size) return;
		this.#paintRows(context, scale, late);
		this.#keepCursor(this.#edge);
		this.tick();
		send(this, "window", { days: this.#days });
	}

	/** @param {Context} context @param {Scale} scale @param {number} late */
	#paintRows(context, scale, late) {
		for (const row of this.#due) {
			this.#due.delete(row);
			this.#paintRow(context, scale, row);
			if (performance.now() > late) break;
		}
		if (this.#due.size) this.#schedule();
	}

	/** @param {Context} context @param {Scale} scale @param {GridRow} row */
	#paintRow(context, scale, row) {
		const { store, clock } = context;
		const wanted = wantedIn(store.guide, row.channel.number, this.#window, this.#days, clock.zone);
		const free = this.#release(row, wanted);
		for (const [key, programme] of wanted) {
			const cell = row.cells.get(key) ?? free.pop() ?? new GridCell();
			if (cell.element.parentNode !== row.element) row.element.append(cell.element);
			row.cells.set(key, cell);
			cell.show(context, scale, row.channel, programme, key < 0);
			// Text that sticks to the edge costs a layer: only what can get there has one.
			const { start, stop } = programme;
			cell.element.toggleAttribute("edge", start < this.#edge + HOUR && stop > this.#edge - HOUR);
		}
		for (const { element } of free) element.remove();
	}

	/**
	 * Take the cells of what is not wanted any more: others are drawn in them, which costs less.
	 * @param {GridRow} row @param {Map<number, Programme>} wanted
	 */
	#release(row, wanted) {
		// A cell that vanished with the focus in it would take the keyboard with it.
		const focused = this.shadowRoot?.activeElement;
		const free = [...row.cells].filter(([key, { element }]) => !wanted.has(key) && element !== focused);
		return free.map(([key, cell]) => {
			row.cells.delete(key);
			cell.setReachable(false);
			return cell;
		});
	}

	/** Let one cell be in the order of the tab key, what is on first. @param {number} left */
	#keepCursor(left) {
		const seen = ((this.#viewWidth / (this.#scale?.slot ?? 1)) * HALF_HOUR) / 2;
		const time = left < now() && now() < left + seen ? now() : left;
		const usable = this.#cells.filter((cell) => !cell.isUnknown);
		const chosen =
			usable.find(
				({ channel, programme }) =>
					channel.number === this.#cursor?.number && programme.start === this.#cursor.start,
			) ??
			usable.find(({ programme }) => programme.stop > time) ??
			usable[0];
		for (const cell of usable) cell.setReachable(cell === chosen);
	}

	/**
	 * Put the focus on what is on a channel at a time, or nearest to it.
	 * @param {number} number @param {number} time
	 */
	#focusAt(number, time) {
		const programme = this.#context?.store.guide.shown(number).nearest(time);
		if (programme) this.#focus(number, programme, time);
	}

	/** @param {number} number @param {Programme} programme @param {number} time */
	#focus(number, programme, time) {
		const row = this.#rows.find(({ channel }) => channel.number === number);
		if (!row || !this.#scale) return;
		this.#cursor = { number, start: programme.start, time };
		const view = { left: this.#scroller.scrollLeft, width: this.#viewWidth };
		const left = scrollFor(view, this.#scale.x(programme.start), this.#scale.x(programme.stop));
		const { offsetTop, offsetHeight } = row.element;
		const top = Math.max(
			offsetTop + offsetHeight - this.#scroller.clientHeight,
			Math.min(this.#scroller.scrollTop, offsetTop - this.#times.offsetHeight),
		);
		this.#scroller.scrollTo({ left, top, behavior: "instant" });
		this.#paint();
		row.cells.get(programme.start)?.element.focus({ preventScroll: true });
	}

	/** @param {Event} event */
	#cellOf(event) {
		const element = event.target instanceof Element && event.target.closest(".cell");
		return this.#cells.find((cell) => cell.element === element && !cell.isUnknown);
	}

	/** @param {FocusEvent} event */
	#onFocus(event) {
		const cell = this.#cellOf(event);
		if (!cell) return;
		const { channel, programme } = cell;
		const { number } = channel;
		const { start, stop } = programme;
		if (this.#cursor?.number !== number || this.#cursor.start !== start) {
			this.#cursor = { number, start, time: Math.max(start, Math.min(now(), stop - 1)) };
		}
		this.#keepCursor(start);
		send(this, "tune", { channel });
	}

	/** @param {MouseEvent} event */
	#onClick(event) {
		const { channel, programme } = this.#cellOf(event) ?? {};
		const header = event.target instanceof Element && event.target.closest(".channel");
		const row = this.#rows.find(({ element }) => header && element.contains(header));
		if (programme) send(this, "open", { channel, programme });
		else if (row) send(this, "tune", { channel: row.channel, isChosen: true });
	}

	/** @param {KeyboardEvent} event */
	#onKey(event) {
		const cell = this.#cellOf(event);
		if (!cell || event.altKey || event.ctrlKey || event.metaKey || isComposing(event)) return;
		const { channel, programme } = cell;
		const isOpen = event.key === "Enter" || event.key === " ";
		if (isOpen) send(this, "open", { channel, programme });
		if (isOpen || this.#move(event.key, channel.number, programme)) event.preventDefault();
	}

	/**
	 * @param {string} key @param {number} number @param {Programme} programme
	 * @returns {boolean} whether it is a key that moves
	 */
	#move(key, number, programme) {
		const { store, clock } = /** @type {Context} */ (this.#context);
		const time = this.#cursor?.time ?? programme.start;
		const step = stepOf(key, time, clock.zone);
		if (!step) return false;
		if (step.by) {
			const next = store.guide.shown(number).beside(programme.start, step.by);
			if (next) this.#focus(number, next, next.start);
		} else {
			const index = this.#rows.findIndex(({ channel }) => channel.number === number);
			const row = this.#rows[index + step.rows];
			if (row) this.#focusAt(row.channel.number, step.time);
		}
		return true;
	}
}

define("tdl-grid", GuideGrid);

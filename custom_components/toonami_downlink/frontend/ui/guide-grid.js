// @ts-check
import { el } from "../lib/dom.js";
import { now } from "../lib/context.js";
import { controls } from "../lib/styles.js";
import { define } from "../lib/element.js";
import { scrollFor, stepOf, windowAt } from "../model/grid.js";
import { HALF_HOUR, addDays, daysBetween, startOfDay } from "../model/time.js";
import { GridCell } from "./grid-cell.js";
import { gridSheet } from "./guide-sheets.js";

/** @import {Context} from "../lib/context.js" */
/** @import {Scale} from "../model/grid.js" */
/** @import {Channel, Programme} from "../model/types.js" */
/**
 * @typedef {{channel: Channel, element: HTMLElement, cells: Map<number, GridCell>}} Row
 */

/** Cells that are kept for later, so that scrolling makes few new ones. */
const SPARE = 200;

/**
 * The timeline: it draws only what is near the visible part, and one cell has the focus.
 *
 * Events: `open` (channel, programme), `tune` (channel), `window` (from, until, day).
 */
export class GuideGrid extends HTMLElement {
  /** @type {Context | undefined} */
  #context;
  /** @type {Scale | undefined} */
  #scale;
  /** @type {Row[]} */
  #rows = [];
  /** @type {GridCell[]} */
  #spare = [];
  /** @type {{number: number, start: number, time: number} | undefined} */
  #cursor;
  #window = { from: 0, until: 0 };
  #isScheduled = false;
  #nowX = -100;
  /** @type {number | undefined} */
  #pending;
  #observer = new ResizeObserver(() => this.#schedule());

  constructor() {
    super();
    const root = this.attachShadow({ mode: "open" });
    root.adoptedStyleSheets = [controls, gridSheet];
    this.times = el("div", { role: "row", class: "times-row", "aria-rowindex": "1" });
    this.nowLine = el("div", { class: "now", role: "presentation" });
    this.canvas = el("div", { class: "canvas", role: "presentation" }, [this.times, this.nowLine]);
    this.scroller = el("div", { role: "grid", class: "scroller" }, [this.canvas]);
    root.append(this.scroller);
    this.scroller.addEventListener("scroll", () => this.#schedule(), { passive: true });
    this.scroller.addEventListener("keydown", (event) => this.#onKey(event));
    this.scroller.addEventListener("click", (event) => this.#onClick(event));
    this.scroller.addEventListener("focusin", (event) => this.#onFocus(event));
  }

  connectedCallback() {
    this.#observer.observe(this.scroller);
  }

  disconnectedCallback() {
    this.#observer.disconnect();
  }

  /**
   * Show these channels on this scale.
   *
   * @param {Context} context
   * @param {Channel[]} channels
   * @param {Scale} scale
   */
  show(context, channels, scale) {
    const old = this.#scale;
    const time = old ? old.time(this.scroller.scrollLeft) : undefined;
    this.#context = context;
    this.#scale = scale;
    this.scroller.setAttribute("aria-label", context.t("guide.grid"));
    this.scroller.setAttribute("aria-rowcount", String(channels.length + 1));
    this.scroller.setAttribute("aria-colcount", String(scale.columns + 1));
    this.canvas.style.setProperty("--slot", `${scale.slot}px`);
    this.canvas.style.width = `calc(var(--channel) + ${scale.width}px)`;
    this.#setRows(channels);
    const isMoved = old && (old.from !== scale.from || old.slot !== scale.slot);
    if (isMoved && time !== undefined) this.scroller.scrollLeft = scale.x(time);
    this.refresh();
    if (this.#pending !== undefined && this.isConnected) this.scrollToTime(this.#pending);
  }

  /** Draw again: programmes have arrived or changed. */
  refresh() {
    this.#window = { from: 0, until: 0 };
    this.#paint();
  }

  /** Move the now-line, and turn programmes into past ones. */
  tick() {
    if (!this.#scale) return;
    const time = now();
    const x = ((time - this.#scale.from) / HALF_HOUR) * this.#scale.slot;
    this.nowLine.classList.toggle("gliding", Math.abs(x - this.#nowX) < 4);
    this.nowLine.style.transform = `translateX(${x}px)`;
    this.#nowX = x;
    for (const row of this.#rows) for (const cell of row.cells.values()) cell.tick(time);
  }

  /**
   * Bring a time to the left third of the visible part.
   *
   * @param {number} time
   * @param {boolean} [isSmooth]
   */
  scrollToTime(time, isSmooth = false) {
    this.#pending = time;
    if (!this.#scale || !this.scroller.clientWidth) return;
    this.#pending = undefined;
    const left = this.#scale.x(time) - this.#viewWidth() / 4;
    this.scroller.scrollTo({ left: Math.max(0, left), behavior: isSmooth ? "smooth" : "instant" });
    this.#paint();
  }

  /**
   * Put the focus on what is on a channel at a time, or nearest to it.
   *
   * @param {number} number
   * @param {number} time
   */
  focusAt(number, time) {
    const programme = this.#context?.signal.guide.nearest(number, time);
    if (programme) this.#focus(number, programme, time);
  }

  /** Put the focus on what is on now, on the channel that has it. */
  focusNow() {
    const number = this.#cursor?.number ?? this.#rows[0]?.channel.number;
    if (number !== undefined) this.focusAt(number, now());
  }

  #viewWidth() {
    return this.scroller.clientWidth - this.#channelWidth();
  }

  #channelWidth() {
    const corner = this.times.firstElementChild;
    return corner instanceof HTMLElement ? corner.offsetWidth : 0;
  }

  /** @param {Channel[]} channels */
  #setRows(channels) {
    const context = /** @type {Context} */ (this.#context);
    const isSame =
      this.#rows.length === channels.length &&
      this.#rows.every(({ channel }, index) => {
        const { number, name, logo } = channels[index];
        return channel.number === number && channel.name === name && channel.logo === logo;
      });
    if (isSame && this.#rows.length) {
      this.#rows.forEach((row, index) => (row.channel = channels[index]));
      return;
    }
    for (const row of this.#rows) row.element.remove();
    this.#rows = channels.map((channel, index) => {
      const header = el("div", { role: "rowheader", class: "channel", "aria-colindex": "1" }, [
        el("span", { class: "number", "aria-hidden": "true" }, [String(channel.number)]),
        el("img", { src: channel.logo, alt: "", width: "40", height: "40" }),
        el("span", { class: "name", dir: "auto" }, [channel.name]),
      ]);
      header.title = context.t("guide.channel", { number: channel.number, name: channel.name });
      const element = el(
        "div",
        { role: "row", class: "row", "aria-rowindex": String(index + 2) },
        [header],
      );
      this.canvas.append(element);
      return { channel, element, cells: new Map() };
    });
  }

  #schedule() {
    if (this.#isScheduled) return;
    this.#isScheduled = true;
    requestAnimationFrame(() => {
      this.#isScheduled = false;
      if (this.#pending === undefined) this.#paint();
      else this.scrollToTime(this.#pending);
    });
  }

  #paint() {
    const context = this.#context;
    const scale = this.#scale;
    if (!context || !scale || !this.isConnected) return;
    const { scrollLeft } = this.scroller;
    const window = windowAt(scale, scrollLeft, this.#viewWidth());
    if (window.from === this.#window.from && window.until === this.#window.until) return;
    this.#window = window;
    this.#paintTimes(context, scale);
    for (const row of this.#rows) this.#paintRow(context, scale, row);
    this.#keepCursor();
    this.tick();
    const middle = scale.time(scrollLeft + this.#viewWidth() / 4);
    const day = startOfDay(Math.min(middle, scale.until - 1), context.clock.zone);
    this.#send("window", { ...window, day });
  }

  /** @param {Context} context @param {Scale} scale */
  #paintTimes(context, scale) {
    const corner =
      this.times.firstElementChild ??
      el("div", { role: "columnheader", class: "corner", "aria-colindex": "1" });
    corner.textContent = context.t("guide.channels");
    const heads = [];
    const first = scale.from + scale.column(this.#window.from) * HALF_HOUR;
    for (let time = first; time < this.#window.until; time += HALF_HOUR) {
      const head = el(
        "div",
        { role: "columnheader", class: "time", "aria-colindex": String(scale.column(time) + 2) },
        [context.clock.time(time)],
      );
      head.style.transform = `translateX(${scale.x(time)}px)`;
      if (time === startOfDay(time, context.clock.zone)) {
        head.prepend(el("b", {}, [context.clock.shortDate(time)]), " ");
      }
      heads.push(head);
    }
    this.times.replaceChildren(corner, ...heads);
  }

  /** @param {Context} context @param {Scale} scale @param {Row} row */
  #paintRow(context, scale, row) {
    const { guide } = context.signal;
    const { from, until } = this.#window;
    /** @type {Map<number, Programme>} */
    const wanted = new Map();
    for (const item of guide.between(row.channel.number, from, until)) wanted.set(item.start, item);
    for (const day of daysBetween(from, until, context.clock.zone)) {
      const end = addDays(day, 1, context.clock.zone);
      if (!guide.has(day)) wanted.set(-day, this.#unknown(scale, day, end));
    }
    for (const [key, cell] of row.cells) {
      if (!wanted.has(key) && !this.#isFocused(cell)) this.#drop(row, key, cell);
    }
    for (const [key, programme] of wanted) {
      const cell = row.cells.get(key) ?? this.#take(row, key);
      cell.show(context, scale, row.channel, programme, key < 0);
    }
  }

  /** @param {Scale} scale @param {number} day @param {number} end @returns {Programme} */
  #unknown(scale, day, end) {
    const start = Math.max(day, scale.from);
    const stop = Math.min(end, scale.until);
    return { start, stop, title: "", episodeTitle: null, season: null, episode: null, filler: true };
  }

  /** @param {GridCell} cell */
  #isFocused(cell) {
    return this.shadowRoot?.activeElement === cell.element;
  }

  /** @param {Row} row @param {number} key */
  #take(row, key) {
    const cell = this.#spare.pop() ?? new GridCell();
    row.cells.set(key, cell);
    row.element.append(cell.element);
    return cell;
  }

  /** @param {Row} row @param {number} key @param {GridCell} cell */
  #drop(row, key, cell) {
    row.cells.delete(key);
    cell.element.remove();
    if (this.#spare.length < SPARE) this.#spare.push(cell);
  }

  /** Let exactly one cell be in the order of the tab key. */
  #keepCursor() {
    const cells = this.#rows.flatMap((row) => [...row.cells.values()]);
    const usable = cells.filter((cell) => !cell.isUnknown);
    const own = usable.find(
      ({ channel, programme }) =>
        channel.number === this.#cursor?.number && programme.start === this.#cursor?.start,
    );
    const { scrollLeft } = this.scroller;
    const left = this.#scale ? this.#scale.time(scrollLeft) : 0;
    const chosen = own ?? usable.find(({ programme }) => programme.stop > left) ?? usable[0];
    for (const cell of cells) cell.element.tabIndex = cell === chosen ? 0 : -1;
  }

  /**
   * @param {number} number
   * @param {Programme} programme
   * @param {number} [time] - to keep when moving up and down
   */
  #focus(number, programme, time = programme.start) {
    const row = this.#rows.find(({ channel }) => channel.number === number);
    if (!row || !this.#scale) return;
    this.#cursor = { number, start: programme.start, time };
    const view = { left: this.scroller.scrollLeft, width: this.#viewWidth() };
    const left = scrollFor(view, this.#scale.x(programme.start), this.#scale.x(programme.stop));
    if (left !== view.left) this.scroller.scrollTo({ left, behavior: "instant" });
    this.#paint();
    row.cells.get(programme.start)?.element.focus({ preventScroll: true });
    row.element.scrollIntoView({ block: "nearest", inline: "nearest" });
    this.scroller.scrollLeft = left;
  }

  /** @param {Event} event */
  #cellOf(event) {
    const element = event.target instanceof Element && event.target.closest(".cell");
    if (!element) return undefined;
    return this.#rows
      .flatMap((row) => [...row.cells.values()])
      .find((cell) => cell.element === element && !cell.isUnknown);
  }

  /** @param {FocusEvent} event */
  #onFocus(event) {
    const cell = this.#cellOf(event);
    if (!cell) return;
    const { channel, programme } = cell;
    if (this.#cursor?.number !== channel.number || this.#cursor.start !== programme.start) {
      const time = Math.max(programme.start, Math.min(now(), programme.stop - 1));
      this.#cursor = { number: channel.number, start: programme.start, time };
    }
    this.#keepCursor();
    this.#send("tune", { channel });
  }

  /** @param {MouseEvent} event */
  #onClick(event) {
    const cell = this.#cellOf(event);
    if (cell) {
      this.#send("open", { channel: cell.channel, programme: cell.programme });
      return;
    }
    const header = event.target instanceof Element && event.target.closest(".channel");
    const row = this.#rows.find(({ element }) => header && element.contains(header));
    if (row) this.#send("tune", { channel: row.channel });
  }

  /** @param {KeyboardEvent} event */
  #onKey(event) {
    const cell = this.#cellOf(event);
    if (!cell || event.altKey || event.ctrlKey || event.metaKey) return;
    if (event.key === "Enter" || event.key === " ") {
      this.#send("open", { channel: cell.channel, programme: cell.programme });
    } else if (!this.#move(event.key, cell)) {
      return;
    }
    event.preventDefault();
  }

  /**
   * @param {string} key
   * @param {GridCell} cell
   * @returns {boolean} whether it is a key that moves
   */
  #move(key, { channel, programme }) {
    const { signal, clock } = /** @type {Context} */ (this.#context);
    const time = this.#cursor?.time ?? programme.start;
    const step = stepOf(key, time, clock.zone);
    if (!step) return false;
    if (step.by) {
      const next = signal.guide.beside(channel.number, programme.start, step.by);
      if (next) this.#focus(channel.number, next);
    } else {
      const index = this.#rows.findIndex((row) => row.channel.number === channel.number);
      const row = this.#rows[index + step.rows];
      if (row) this.focusAt(row.channel.number, step.time);
    }
    return true;
  }

  /** @param {string} name @param {object} detail */
  #send(name, detail) {
    this.dispatchEvent(new CustomEvent(name, { detail }));
  }
}

define("tdl-grid", GuideGrid);

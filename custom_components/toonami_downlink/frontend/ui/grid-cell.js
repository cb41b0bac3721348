// @ts-check
import { el } from "../lib/dom.js";
import { now } from "../lib/context.js";
import { progressOf } from "../model/grid.js";
import { episodeLine } from "../model/programme.js";

/** @import {Context} from "../lib/context.js" */
/** @import {Scale} from "../model/grid.js" */
/** @import {Channel, Programme} from "../model/types.js" */

/** Below this width in pixels nothing can be read, and nothing is written. */
const TINY = 44;

/** One programme in the grid. Cells are used again for other programmes. */
export class GridCell {
  isUnknown = false;
  #state = "";
  /** @type {HTMLElement | undefined} */
  #meter;
  #label = "";
  #onAir = "";

  constructor() {
    this.title = el("span", { class: "title", dir: "auto" });
    this.episode = el("span", { class: "episode", dir: "auto" });
    this.inner = el("div", { class: "in" }, [this.title, this.episode]);
    this.element = el("div", { class: "cell", role: "gridcell", tabindex: "-1" }, [this.inner]);
    /** @type {Channel} */
    this.channel = /** @type {any} */ (undefined);
    /** @type {Programme} */
    this.programme = /** @type {any} */ (undefined);
  }

  /**
   * @param {Context} context
   * @param {Scale} scale
   * @param {Channel} channel
   * @param {Programme} programme
   * @param {boolean} isUnknown - not loaded yet
   */
  show(context, scale, channel, programme, isUnknown) {
    this.channel = channel;
    this.programme = programme;
    this.isUnknown = isUnknown;
    const left = scale.x(Math.max(programme.start, scale.from));
    const width = Math.max(2, scale.x(Math.min(programme.stop, scale.until)) - left - 2);
    const { element } = this;
    // Not a transform: what is sticky inside does not take notice of those.
    element.style.left = `calc(var(--channel) + ${left + 1}px)`;
    element.style.width = `${width}px`;
    element.setAttribute("aria-colindex", String(scale.column(programme.start) + 2));
    const line = episodeLine(programme, programme.episodeTitle, context.text);
    this.title.textContent = width < TINY ? "" : programme.title;
    this.episode.textContent = width < TINY * 2 ? "" : line;
    this.#describe(context, line);
    this.#state = "";
    this.tick(now());
  }

  /** @param {Context} context @param {string} line */
  #describe({ clock, text }, line) {
    const { start, stop, title } = this.programme;
    const times = `${clock.shortDate(start)} ${clock.time(start)}–${clock.time(stop)}`;
    this.#label = this.isUnknown
      ? text.get("guide.loading")
      : [title, line, times].filter(Boolean).join(", ");
    this.#onAir = text.get("guide.on_air");
  }

  /**
   * Show whether it is over, on air or to come.
   *
   * @param {number} time
   */
  tick(time) {
    const state = `cell ${this.#kindAt(time)}`;
    const isLive = state === "cell live";
    if (state !== this.#state) {
      this.#state = state;
      this.element.className = state;
      this.element.setAttribute("aria-label", isLive ? `${this.#label}, ${this.#onAir}` : this.#label);
      this.#setMeter(isLive);
    }
    if (isLive) this.#meter?.style.setProperty("--part", String(progressOf(this.programme, time)));
  }

  /** @param {number} time */
  #kindAt(time) {
    const { start, stop, filler } = this.programme;
    if (this.isUnknown) return "tuning";
    if (time >= stop) return filler ? "past filler" : "past";
    if (filler) return "filler";
    return start <= time ? "live" : "";
  }

  /** @param {boolean} isLive */
  #setMeter(isLive) {
    if (isLive && !this.#meter) {
      this.#meter = el("span", { class: "meter" }, [el("i")]);
      this.inner.append(this.#meter);
    } else if (!isLive && this.#meter) {
      this.#meter.remove();
      this.#meter = undefined;
    }
  }
}

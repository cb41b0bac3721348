// @ts-check
import { html, nothing } from "../vendor/lit-html/lit-html.js";
import { DownlinkElement, define } from "../lib/element.js";
import { now } from "../lib/context.js";
import { controls } from "../lib/styles.js";
import { Scale } from "../model/grid.js";
import { HALF_HOUR, addDays, daysBetween, startOfDay } from "../model/time.js";
import { GuideGrid } from "./guide-grid.js";
import { GuideList } from "./guide-list.js";
import { guideSheet, heroSheet } from "./guide-sheets.js";
import { hero } from "./hero.js";
import { ProgrammeSheet } from "./programme-sheet.js";
import { SearchBox } from "./search-box.js";

/** @import {Context} from "../lib/context.js" */
/** @import {Channel, Overview} from "../model/types.js" */
/**
 * @typedef {{start: number, stop: number, title: string}} Shown
 */

const LIST_BELOW = 700;
const NARROW_BELOW = 1100;

/** What is on: the timeline, or on a narrow screen a list. */
export class GuidePage extends DownlinkElement {
  static sheets = [controls, heroSheet, guideSheet];

  /** @type {Context | undefined} */
  #context;
  #width = 0;
  #day = 0;
  #tuned = 0;
  /** @type {number | null} */
  #picked = null;
  #isPlaced = false;
  /** @type {ReturnType<typeof setInterval> | undefined} */
  #timer;
  #observer = new ResizeObserver(([entry]) => this.#resize(entry.contentRect.width));

  /** @param {Context} context */
  set context(context) {
    if (context === this.#context) return;
    this.#context?.signal.removeEventListener("change", this.#onChange);
    this.#context = context;
    if (this.isConnected) context.signal.addEventListener("change", this.#onChange);
    this.redraw();
  }

  connectedCallback() {
    super.connectedCallback();
    this.#context?.signal.addEventListener("change", this.#onChange);
    this.#observer.observe(this);
    this.#timer = setInterval(() => this.#tick(), 1000);
    window.addEventListener("keydown", this.#onKey);
  }

  disconnectedCallback() {
    this.#context?.signal.removeEventListener("change", this.#onChange);
    this.#observer.disconnect();
    clearInterval(this.#timer);
    window.removeEventListener("keydown", this.#onKey);
  }

  /** What can be drawn, once there is a place to draw it in. */
  get #known() {
    const context = this.#width ? this.#context : undefined;
    return { context, overview: context?.signal.loaded };
  }

  get #isList() {
    return this.#width < LIST_BELOW;
  }

  template() {
    const { context, overview } = this.#known;
    if (!context || !overview) return nothing;
    if (!this.#day) this.#day = startOfDay(now(), context.clock.zone);
    this.toggleAttribute("list", this.#isList);
    const hasDays = !this.#isList || this.#picked !== null;
    return html`
      <div class="tools">
        ${hasDays ? this.#days(context, overview) : nothing}
        <tdl-search .context=${context} @choose=${this.#onChoose}></tdl-search>
        ${hasDays
          ? html`<button class="button" @click=${this.#goNow}>${context.t("guide.now")}</button>`
          : nothing}
      </div>
      ${this.#isList ? this.#list(context, overview) : this.#timeline(context, overview)}
      <tdl-sheet></tdl-sheet>
    `;
  }

  /** @param {Context} context @param {Overview} overview */
  #days({ clock, text }, overview) {
    const time = now();
    const { from, until } = overview.guide ?? { from: time, until: time + 1 };
    return html`<div class="days" role="group" aria-label=${text.get("guide.days")}>
      ${daysBetween(from, until, clock.zone).map((day) => {
        const isToday = day === startOfDay(time, clock.zone);
        return html`<button
          aria-pressed=${day === this.#day}
          aria-label=${clock.date(day)}
          @click=${() => this.#goDay(day)}
        >
          ${isToday ? text.get("guide.today") : clock.weekday(day)}
          <b>${clock.day(day)}</b>
        </button>`;
      })}
    </div>`;
  }

  /** @param {Context} context @param {Overview} overview */
  #timeline(context, overview) {
    const channel =
      overview.channels.find(({ number }) => number === this.#tuned) ?? overview.channels[0];
    return html`
      ${channel
        ? html`<div class="hero-slot wide">
            ${hero(context, channel, now(), this.#opener(channel))}
          </div>`
        : nothing}
      <tdl-grid
        @open=${this.#onOpen}
        @tune=${this.#onTune}
        @window=${this.#onWindow}
      ></tdl-grid>
      <p class="rest" aria-hidden="true">
        <kbd>← → ↑ ↓</kbd>&nbsp;${context.t("keys.move")} <kbd>Enter</kbd>&nbsp;${context.t("keys.open")}
        <kbd>n</kbd>&nbsp;${context.t("keys.now")} <kbd>/</kbd>&nbsp;${context.t("keys.search")}
      </p>
    `;
  }

  /** @param {Context} context @param {Overview} overview */
  #list(context, overview) {
    const channel =
      overview.channels.find(({ number }) => number === this.#tuned) ?? overview.channels[0];
    return html`<div class="list">
      ${channel && this.#picked === null
        ? html`<div class="hero-slot">${hero(context, channel, now(), this.#opener(channel))}</div>`
        : nothing}
      <tdl-list @open=${this.#onOpen} @pick=${this.#onPick}></tdl-list>
    </div>`;
  }

  drawn() {
    const { context, overview } = this.#known;
    if (!context || !overview) return;
    if (this.#isList) this.#fillList(context, overview);
    else this.#fillGrid(context, overview);
  }

  /** @param {Context} context @param {Overview} overview */
  #fillList(context, overview) {
    const list = this.find("tdl-list", GuideList);
    if (this.#picked !== null) context.signal.need(this.#day, context.clock.zone);
    Object.assign(list, {
      context,
      channels: overview.channels,
      picked: this.#picked,
      day: this.#day,
    });
    list.redraw();
  }

  /** @param {Context} context @param {Overview} overview */
  #fillGrid(context, overview) {
    const zone = context.clock.zone;
    const { from, until } = overview.guide ?? { from: now(), until: now() + 86_400 };
    const last = startOfDay(until - 1, zone);
    const scale = new Scale(
      startOfDay(from, zone),
      Math.min(Math.ceil(until / HALF_HOUR) * HALF_HOUR, addDays(last, 1, zone)),
      this.#width < NARROW_BELOW ? 120 : 200,
    );
    const grid = this.find("tdl-grid", GuideGrid);
    grid.show(context, overview.channels, scale);
    if (!this.#isPlaced) {
      this.#isPlaced = true;
      grid.scrollToTime(this.#startTime());
    }
  }

  /** The time that a link to this page names, or now. */
  #startTime() {
    const asked = new URLSearchParams(location.search);
    const number = Number(asked.get("channel"));
    if (number) this.#tuned = number;
    return Number(asked.get("time")) || now();
  }

  #tick() {
    const grid = this.root.querySelector("tdl-grid");
    if (grid instanceof GuideGrid) grid.tick();
    if (Math.floor(now()) % 10 === 0) this.redraw();
  }

  /** @param {number} width */
  #resize(width) {
    const before = [this.#isList, this.#width < NARROW_BELOW];
    const isFirst = !this.#width;
    this.#width = width;
    const after = [this.#isList, this.#width < NARROW_BELOW];
    if (before[0] !== after[0]) this.#isPlaced = false;
    if (isFirst || before.join() !== after.join()) this.redraw();
  }

  /** @param {Event} event */
  #onChange = (event) => {
    const grid = this.root.querySelector("tdl-grid");
    if (/** @type {CustomEvent} */ (event).detail === "guide" && grid instanceof GuideGrid) {
      grid.refresh();
    } else {
      this.redraw();
    }
  };

  /** @param {CustomEvent<{from: number, until: number, day: number}>} event */
  #onWindow = ({ detail }) => {
    const context = this.#context;
    if (!context) return;
    const { zone } = context.clock;
    for (const day of daysBetween(detail.from, detail.until, zone)) context.signal.need(day, zone);
    if (detail.day !== this.#day) {
      this.#day = detail.day;
      this.redraw();
    }
  };

  /** @param {CustomEvent<{channel: Channel}>} event */
  #onTune = ({ detail }) => {
    if (detail.channel.number === this.#tuned) return;
    this.#tuned = detail.channel.number;
    this.redraw();
  };

  /** @param {CustomEvent<{channel: Channel, programme: Shown}>} event */
  #onOpen = ({ detail }) => this.#open(detail.channel, detail.programme);

  /** @param {CustomEvent<{number: number | null}>} event */
  #onPick = ({ detail }) => {
    this.#picked = detail.number;
    if (detail.number) this.#tuned = detail.number;
    this.#day = 0;
    this.redraw();
  };

  /** @param {CustomEvent<{channel: Channel, programme: Shown}>} event */
  #onChoose = ({ detail: { channel, programme } }) => {
    const zone = this.#context?.clock.zone ?? "UTC";
    this.#tuned = channel.number;
    this.#day = startOfDay(programme.start, zone);
    if (this.#isList) this.#picked = channel.number;
    else this.find("tdl-grid", GuideGrid).scrollToTime(programme.start);
    this.redraw();
    this.#open(channel, programme);
  };

  /** @param {Channel} channel */
  #opener(channel) {
    const { now: current } = channel;
    return current ? () => this.#open(channel, current) : undefined;
  }

  /** @param {Channel} channel @param {Shown} programme */
  #open(channel, programme) {
    const context = this.#context;
    if (context) this.find("tdl-sheet", ProgrammeSheet).open(context, channel, programme);
  }

  /** @param {number} day */
  #goDay(day) {
    const zone = this.#context?.clock.zone ?? "UTC";
    this.#day = day;
    this.redraw();
    if (this.#isList) return;
    const isToday = day === startOfDay(now(), zone);
    // The evening is what most look for on another day.
    const grid = this.find("tdl-grid", GuideGrid);
    grid.scrollToTime(isToday ? now() : day + 18 * 3600);
  }

  #goNow = () => {
    this.#day = startOfDay(now(), this.#context?.clock.zone ?? "UTC");
    this.redraw();
    const grid = this.root.querySelector("tdl-grid");
    if (!(grid instanceof GuideGrid)) return;
    if (grid.shadowRoot?.activeElement) grid.focusNow();
    else grid.scrollToTime(now(), true);
  };

  /** @param {KeyboardEvent} event */
  #onKey = (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || isTyping(event) || this.#isSheetOpen) return;
    if (event.key === "n") this.#goNow();
    else if (event.key === "/") this.find("tdl-search", SearchBox).focusInput();
    else return;
    event.preventDefault();
  };

  get #isSheetOpen() {
    const sheet = this.root.querySelector("tdl-sheet");
    return sheet instanceof ProgrammeSheet && sheet.isOpen;
  }
}

/** @param {Event} event */
function isTyping(event) {
  const target = event.composedPath()[0];
  return target instanceof HTMLElement && /^(input|select|textarea)$/i.test(target.tagName);
}

define("tdl-guide", GuidePage);

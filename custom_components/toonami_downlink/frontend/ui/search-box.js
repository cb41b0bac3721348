// @ts-check
import { html, nothing } from "../vendor/lit-html/lit-html.js";
import { DownlinkElement, define } from "../lib/element.js";
import { icon } from "../lib/icons.js";
import { now } from "../lib/context.js";
import { controls } from "../lib/styles.js";
import { programmeOf } from "../model/guide.js";
import { episodeLine } from "../model/programme.js";
import { searchSheet } from "./guide-sheets.js";

/** @import {Context} from "../lib/context.js" */
/** @import {Channel, Programme} from "../model/types.js" */
/**
 * @typedef {{channel: Channel,
 *   programme: Programme}} Hit
 */

const DELAY = 200;

/** Search in the whole guide. It fires `choose` with a channel and a programme. */
export class SearchBox extends DownlinkElement {
  static sheets = [controls, searchSheet];

  /** @type {Context | undefined} */
  context = undefined;

  #query = "";
  /** @type {{total: number, hits: Hit[]} | undefined} */
  #found;
  #isFailed = false;
  #active = 0;
  #isOpen = false;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #timer;

  disconnectedCallback() {
    clearTimeout(this.#timer);
  }

  focusInput() {
    this.find("input", HTMLInputElement).focus();
  }

  template() {
    const { context } = this;
    if (!context) return nothing;
    const isListed = this.#isOpen && Boolean(this.#found?.hits.length);
    return html`<div class="box">
        ${icon("search")} ${this.#input(context, isListed)}
        ${this.#query
          ? html`<button
              class="icon clear"
              aria-label=${context.t("search.clear")}
              @click=${this.#clear}
            >
              ${icon("close", 16)}
            </button>`
          : nothing}
      </div>
      ${this.#panel(context, isListed)}`;
  }

  /** @param {Context} context @param {boolean} isListed */
  #input({ text }, isListed) {
    return html`<input
      class="field"
      type="search"
      role="combobox"
      autocomplete="off"
      maxlength="100"
      placeholder=${text.get("search.placeholder")}
      aria-label=${text.get("search.placeholder")}
      aria-expanded=${isListed}
      aria-controls="results"
      aria-autocomplete="list"
      aria-activedescendant=${isListed ? `hit-${this.#active}` : nothing}
      .value=${this.#query}
      @input=${this.#onInput}
      @keydown=${this.#onKey}
      @focus=${() => this.#setOpen(true)}
      @blur=${() => this.#setOpen(false)}
    />`;
  }

  /** @param {Context} context @param {boolean} isListed */
  #panel(context, isListed) {
    const { text } = context;
    const hits = isListed ? this.#found?.hits ?? [] : [];
    const more = isListed && this.#found ? this.#found.total - hits.length : 0;
    return html`<div class="panel" ?hidden=${!this.#isOpen || !this.#query.trim()}>
      <p class="note" role="status" ?hidden=${isListed && !this.#isFailed}>${this.#note(context)}</p>
      <ul id="results" role="listbox" aria-label=${text.get("search.results")} ?hidden=${!isListed}>
        ${hits.map((hit, index) => this.#hit(context, hit, index))}
      </ul>
      ${more ? html`<p class="note">${text.get("search.more", { count: more })}</p>` : nothing}
    </div>`;
  }

  /** @param {Context} context */
  #note({ text }) {
    if (this.#isFailed) return text.get("search.failed");
    return text.get(this.#found ? "search.none" : "search.busy", { query: this.#query.trim() });
  }

  /** @param {Context} context @param {Hit} hit @param {number} index */
  #hit({ clock, text }, { channel, programme }, index) {
    const time = now();
    const isLive = programme.start <= time && time < programme.stop;
    return html`<li
      id="hit-${index}"
      role="option"
      aria-selected=${index === this.#active}
      @mousedown=${(/** @type {Event} */ event) => event.preventDefault()}
      @click=${() => this.#choose(index)}
    >
      <img src=${channel.logo} width="36" height="36" alt=${channel.name} />
      <div class="what">
        <div class="what title" dir="auto">${programme.title}</div>
        <div class="what episode" dir="auto">
          ${episodeLine(programme, programme.episodeTitle, text)}
        </div>
      </div>
      <div class="when">
        ${isLive
          ? html`<div class="live">${text.get("guide.on_air")}</div>`
          : html`<div>${clock.dayWord(programme.start, time)}</div>`}
        <div>${clock.time(programme.start)}</div>
      </div>
    </li>`;
  }

  /** @param {InputEvent} event */
  #onInput = (event) => {
    this.#query = /** @type {HTMLInputElement} */ (event.target).value;
    this.#found = undefined;
    this.#isFailed = false;
    this.#isOpen = true;
    clearTimeout(this.#timer);
    if (this.#query.trim()) this.#timer = setTimeout(() => this.#search(this.#query), DELAY);
    this.redraw();
  };

  /** @param {string} query */
  async #search(query) {
    const { context } = this;
    if (!context) return;
    const channels = new Map(context.signal.loaded?.channels.map((item) => [item.number, item]));
    try {
      const { total, results } = await context.signal.ask("guide/search", { query: query.trim() });
      if (query !== this.#query) return;
      /** @type {Hit[]} */
      const hits = [];
      for (const [number, ...row] of results) {
        const channel = channels.get(number);
        if (channel) hits.push({ channel, programme: programmeOf(row) });
      }
      this.#found = { total, hits };
      this.#active = 0;
    } catch {
      this.#isFailed = query === this.#query;
    }
    this.redraw();
  }

  /** @param {KeyboardEvent} event */
  #onKey = (event) => {
    const count = this.#found?.hits.length ?? 0;
    const step = { ArrowDown: 1, ArrowUp: count - 1 }[event.key];
    if (event.key === "Escape" && this.#query) this.#clear();
    else if (!count) return;
    else if (event.key === "Enter") this.#choose(this.#active);
    else if (step !== undefined) this.#activate((this.#active + step) % count);
    else return;
    event.preventDefault();
    event.stopPropagation();
  };

  /** @param {number} index */
  #activate(index) {
    this.#active = index;
    this.draw();
    this.root.querySelector(`#hit-${index}`)?.scrollIntoView({ block: "nearest" });
  }

  /** @param {number} index */
  #choose(index) {
    const hit = this.#found?.hits[index];
    if (!hit) return;
    this.#setOpen(false);
    this.dispatchEvent(new CustomEvent("choose", { detail: hit }));
  }

  #clear = () => {
    this.#query = "";
    this.#found = undefined;
    this.draw();
    this.focusInput();
  };

  /** @param {boolean} isOpen */
  #setOpen(isOpen) {
    this.#isOpen = isOpen;
    this.redraw();
  }
}

define("tdl-search", SearchBox);

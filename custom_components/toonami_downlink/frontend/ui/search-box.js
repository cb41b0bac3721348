// @ts-check
import { html, nothing } from "../vendor/lit-html/lit-html.js";
import { DownlinkElement, css, define } from "../lib/element.js";
import { icon } from "../lib/icons.js";
import { now } from "../lib/context.js";
import { controls } from "../lib/styles.js";
import { programmeOf } from "../model/guide.js";
import { episodeLine } from "../model/programme.js";

/**
 * @typedef {import("../lib/context.js").Context} Context
 * @typedef {{channel: import("../model/types.js").Channel,
 *   programme: import("../model/types.js").Programme}} Hit
 */

const sheet = css`
  :host {
    display: block;
    position: relative;
    min-width: 0;
  }
  .box {
    position: relative;
    display: flex;
    align-items: center;
  }
  .box > svg {
    position: absolute;
    inset-inline-start: 12px;
    color: var(--tdl-dim);
    pointer-events: none;
  }
  input.field {
    width: 100%;
    padding-inline: 40px 44px;
    background: var(--tdl-hull);
  }
  input::-webkit-search-cancel-button {
    display: none;
  }
  .clear {
    position: absolute;
    inset-inline-end: 0;
  }
  .panel {
    position: absolute;
    z-index: 10;
    inset: calc(100% + 4px) 0 auto auto;
    width: max(100%, min(440px, calc(100vw - 32px)));
    max-height: min(60dvh, 520px);
    overflow: auto;
    overscroll-behavior: contain;
    background: var(--tdl-hull);
    border: 1px solid var(--tdl-line);
    border-radius: 10px;
  }
  .note {
    padding: 12px 16px;
    color: var(--tdl-dim);
  }
  li {
    display: grid;
    grid-template-columns: 36px 1fr auto;
    gap: 0 12px;
    align-items: center;
    padding: 8px 16px;
    cursor: pointer;
    border-bottom: 1px solid var(--tdl-line);
  }
  li[aria-selected="true"],
  li:hover {
    background: var(--tdl-deck);
  }
  li[aria-selected="true"] {
    box-shadow: inset 3px 0 var(--tdl-signal);
  }
  .what {
    min-width: 0;
    overflow: hidden;
    text-overflow: ellipsis;
    white-space: nowrap;
  }
  .title {
    font-weight: 500;
  }
  .episode,
  .when {
    font-size: 12px;
    color: var(--tdl-dim);
  }
  .when {
    font-variant-numeric: tabular-nums;
    text-align: end;
  }
  .live {
    color: var(--tdl-live);
    font-weight: 600;
  }
`;

const DELAY = 200;

/** Search in the whole guide. It fires `choose` with a channel and a programme. */
export class SearchBox extends DownlinkElement {
  static sheets = [controls, sheet];

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
    this.part("input", HTMLInputElement).focus();
  }

  template() {
    const { context } = this;
    if (!context) return nothing;
    const t = context.t.bind(context);
    const isListed = this.#isOpen && Boolean(this.#found?.hits.length);
    return html`<div class="box">
        ${icon("search")}
        <input
          class="field"
          type="search"
          role="combobox"
          autocomplete="off"
          maxlength="100"
          placeholder=${t("search.placeholder")}
          aria-label=${t("search.placeholder")}
          aria-expanded=${isListed}
          aria-controls="results"
          aria-autocomplete="list"
          aria-activedescendant=${isListed ? `hit-${this.#active}` : nothing}
          .value=${this.#query}
          @input=${this.#onInput}
          @keydown=${this.#onKey}
          @focus=${() => this.#setOpen(true)}
          @blur=${() => this.#setOpen(false)}
        />
        ${this.#query
          ? html`<button class="icon clear" aria-label=${t("search.clear")} @click=${this.#clear}>
              ${icon("close", 16)}
            </button>`
          : nothing}
      </div>
      <div class="panel" ?hidden=${!this.#isOpen || !this.#query.trim()}>
        <p class="note" role="status" ?hidden=${isListed && !this.#isFailed}>${this.#note(context)}</p>
        <ul id="results" role="listbox" aria-label=${t("search.results")} ?hidden=${!isListed}>
          ${isListed ? this.#found?.hits.map((hit, index) => this.#hit(context, hit, index)) : nothing}
        </ul>
        ${isListed && this.#found && this.#found.total > this.#found.hits.length
          ? html`<p class="note">
              ${t("search.more", { count: this.#found.total - this.#found.hits.length })}
            </p>`
          : nothing}
      </div>`;
  }

  /** @param {Context} context */
  #note({ text }) {
    if (this.#isFailed) return text.get("search.failed");
    return text.get(this.#found ? "search.none" : "search.busy", { query: this.#query.trim() });
  }

  /**
   * @param {Context} context
   * @param {Hit} hit
   * @param {number} index
   */
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
    if (event.key === "Escape" && this.#query) this.#clear();
    else if (event.key === "Enter" && count) this.#choose(this.#active);
    else if (event.key === "ArrowDown" && count) this.#activate((this.#active + 1) % count);
    else if (event.key === "ArrowUp" && count) this.#activate((this.#active - 1 + count) % count);
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

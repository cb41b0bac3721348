// @ts-check
import { html, nothing } from "../vendor/lit-html/lit-html.js";
import { icon } from "../lib/icons.js";
import { candidates, checkAddress, parseOrigin, warningFor } from "../model/address.js";

/** @import {Text} from "../model/text.js" */
/** @import {ConnectData} from "../model/types.js" */
/**
 * @typedef {"checking" | "ok" | "other" | "unreachable" | "blocked" | "invalid"} Verdict
 */

const PATIENCE = 6000;
const BAD = ["unreachable", "other", "invalid"];

/** The address that players are given: chosen, warned about, and tried. */
export class AddressCard {
  origin = "";
  #redraw;
  #version = "";
  #isTyping = false;
  /** @type {Verdict} */
  #verdict = "checking";
  #check = new AbortController();

  /** @param {() => void} redraw */
  constructor(redraw) {
    this.#redraw = redraw;
  }

  /** @param {ConnectData} data */
  take(data) {
    this.#version = data.version;
    if (!this.origin) this.#set(candidates(data.origins, location.origin)[0]);
  }

  stop() {
    this.#check.abort();
  }

  /** @param {Text} text @param {ConnectData} data */
  template(text, data) {
    const origins = candidates(data.origins, location.origin);
    const isOwn = this.#isTyping || !origins.includes(this.origin);
    return html`<section class="card address">
      <label for="origin" class="dim">${text.get("address.label")}</label>
      <div class="pick">
        <select id="origin" class="field" @change=${this.#onPick}>
          ${origins.map(
            (origin) => html`<option
              value=${origin}
              ?selected=${!isOwn && origin === this.origin}
            >
              ${origin}
            </option>`,
          )}
          <option value="" ?selected=${isOwn}>${text.get("address.another")}</option>
        </select>
        ${isOwn
          ? html`<input
              class="field"
              aria-label=${text.get("address.another")}
              placeholder="http://192.168.1.5:8123"
              autocomplete="off"
              spellcheck="false"
              @change=${this.#onType}
            />`
          : nothing}
      </div>
      <div role="status">${this.#verdictLines(text)}</div>
    </section>`;
  }

  /** @param {Text} text */
  #verdictLines(text) {
    const warning = this.#verdict === "invalid" ? undefined : warningFor(this.origin);
    const isGood = this.#verdict === "ok";
    const isBad = BAD.includes(this.#verdict);
    return html`
      ${warning
        ? html`<p class="verdict warn">
            ${icon("warn")}<span>${text.get(`address.${warning}`)}</span>
          </p>`
        : nothing}
      <p class="verdict ${isGood ? "ok" : isBad ? "bad" : "dim"}">
        ${icon(isGood ? "done" : isBad ? "fail" : "info")}
        <span>${text.get(`address.${this.#verdict}`)}</span>
      </p>
    `;
  }

  /** @param {Event} event */
  #onPick = (event) => {
    const { value } = /** @type {HTMLSelectElement} */ (event.target);
    this.#isTyping = value === "";
    if (value) this.#set(value);
    this.#redraw();
  };

  /** @param {Event} event */
  #onType = (event) => {
    const origin = parseOrigin(/** @type {HTMLInputElement} */ (event.target).value);
    if (origin) this.#set(origin);
    else this.#verdict = "invalid";
    this.#redraw();
  };

  /** @param {string} origin */
  async #set(origin) {
    this.origin = origin;
    this.#verdict = "checking";
    this.#redraw();
    this.#check.abort();
    const check = new AbortController();
    this.#check = check;
    const timer = setTimeout(() => check.abort(), PATIENCE);
    const verdict = await checkAddress(origin, this.#version, {
      page: location.origin,
      fetch: window.fetch.bind(window),
      signal: check.signal,
    });
    clearTimeout(timer);
    if (check !== this.#check) return;
    this.#verdict = verdict;
    this.#redraw();
  }
}

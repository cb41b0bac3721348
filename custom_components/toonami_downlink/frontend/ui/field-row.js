// @ts-check
import { html, nothing } from "../vendor/lit-html/lit-html.js";
import { copyText } from "../lib/dom.js";
import { icon } from "../lib/icons.js";
import { masked, valueOf } from "../model/players.js";

/**
 * @typedef {import("../lib/context.js").Context} Context
 * @typedef {import("../model/types.js").ConnectData} ConnectData
 * @typedef {import("../model/players.js").Field} Field
 */

const COPIED = 2000;

/** Rows with something to type into a player: shown or masked, to copy or to scan. */
export class FieldRows {
  #redraw;
  #showQr;
  /** @type {Set<string>} */
  #shown = new Set();
  #copied = "";
  #isFailed = false;

  /**
   * @param {() => void} redraw
   * @param {(qr: {label: string, value: string, isSecret: boolean}) => void} showQr
   */
  constructor(redraw, showQr) {
    this.#redraw = redraw;
    this.#showQr = showQr;
  }

  /** Mask everything again. */
  mask() {
    this.#shown.clear();
  }

  /**
   * @param {Context} context
   * @param {string} place - tells two rows with the same field apart
   * @param {Field} field
   * @param {ConnectData} data
   * @param {string} origin
   */
  template({ text }, place, field, data, origin) {
    const value = valueOf(field, data, origin);
    if (value === undefined) return nothing;
    const label = text.first([`connect.${place}.${field}`, `connect.field.${field}`]);
    const key = `${place} ${field}`;
    const hidden = masked(field, value, data);
    const isShown = this.#shown.has(key);
    const isCopied = this.#copied === key;
    return html`<div class="row" role="group" aria-label=${label}>
      <div class="label">${label}</div>
      <div class="value" translate="no">${isShown ? value : hidden}</div>
      <div class="tools">
        ${hidden === value
          ? nothing
          : html`<button
              class="icon"
              aria-pressed=${isShown}
              aria-label=${text.get("connect.show", { field: label })}
              title=${text.get("connect.show", { field: label })}
              @click=${() => this.#toggle(key)}
            >
              ${icon(isShown ? "hide" : "eye")}
            </button>`}
        <button
          class="icon"
          aria-label=${text.get("connect.qr", { field: label })}
          title=${text.get("connect.qr", { field: label })}
          @click=${() => this.#showQr({ label, value, isSecret: hidden !== value })}
        >
          ${icon("qr")}
        </button>
        <button
          class="icon ${isCopied && !this.#isFailed ? "done" : ""}"
          aria-label=${text.get("connect.copy", { field: label })}
          title=${text.get("connect.copy", { field: label })}
          @click=${() => this.#copy(key, value)}
        >
          ${icon(isCopied ? (this.#isFailed ? "fail" : "done") : "copy")}
        </button>
      </div>
      <span class="sr" role="status">${isCopied ? text.get(this.#isFailed ? "connect.not_copied" : "connect.copied") : nothing}</span>
    </div>`;
  }

  /** @param {string} key */
  #toggle(key) {
    if (!this.#shown.delete(key)) this.#shown.add(key);
    this.#redraw();
  }

  /**
   * @param {string} key
   * @param {string} value
   */
  async #copy(key, value) {
    this.#isFailed = !(await copyText(value));
    this.#copied = key;
    this.#redraw();
    setTimeout(() => {
      if (this.#copied !== key) return;
      this.#copied = "";
      this.#redraw();
    }, COPIED);
  }
}

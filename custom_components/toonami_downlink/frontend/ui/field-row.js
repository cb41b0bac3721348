// @ts-check
import { html, nothing } from "../vendor/lit-html/lit-html.js";
import { copyText } from "../lib/dom.js";
import { icon } from "../lib/icons.js";
import { masked, valueOf } from "../model/players.js";

/** @import {Context} from "../lib/context.js" */
/** @import {Field} from "../model/players.js" */
/** @import {ConnectData} from "../model/types.js" */

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
    const isSecret = hidden !== value;
    return html`<div class="row" role="group" aria-label=${label}>
      <div class="label">${label}</div>
      <div class="value" translate="no">${isShown ? value : hidden}</div>
      <div class="tools">
        ${isSecret
          ? this.#button(isShown ? "hide" : "eye", text.get("connect.show", { field: label }), {
              pressed: isShown,
              act: () => this.#toggle(key),
            })
          : nothing}
        ${this.#button("qr", text.get("connect.qr", { field: label }), {
          act: () => this.#showQr({ label, value, isSecret }),
        })}
        ${this.#button(this.#copyIcon(key), text.get("connect.copy", { field: label }), {
          act: () => this.#copy(key, value),
        })}
      </div>
      <span class="sr" role="status">
        ${this.#copied === key
          ? text.get(this.#isFailed ? "connect.not_copied" : "connect.copied")
          : nothing}
      </span>
    </div>`;
  }

  /**
   * @param {string} picture
   * @param {string} label
   * @param {{pressed?: boolean, act: () => void}} action
   */
  #button(picture, label, { pressed, act }) {
    return html`<button
      class="icon ${picture}"
      aria-label=${label}
      aria-pressed=${pressed ?? nothing}
      title=${label}
      @click=${act}
    >
      ${icon(picture)}
    </button>`;
  }

  /** @param {string} key */
  #copyIcon(key) {
    if (this.#copied !== key) return "copy";
    return this.#isFailed ? "fail" : "done";
  }

  /** @param {string} key */
  #toggle(key) {
    if (!this.#shown.delete(key)) this.#shown.add(key);
    this.#redraw();
  }

  /** @param {string} key @param {string} value */
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

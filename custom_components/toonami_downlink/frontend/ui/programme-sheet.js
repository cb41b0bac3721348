// @ts-check
import { html, nothing } from "../vendor/lit-html/lit-html.js";
import { DownlinkElement, define } from "../lib/element.js";
import { icon } from "../lib/icons.js";
import { now } from "../lib/context.js";
import { controls } from "../lib/styles.js";
import { progressOf } from "../model/grid.js";
import { creditsByRole, episodeCode } from "../model/programme.js";
import { sheetSheet } from "./guide-sheets.js";
import { PlayOn } from "./play-on.js";
import { picture } from "./picture.js";

/** @import {Context} from "../lib/context.js" */
/** @import {Channel, Details} from "../model/types.js" */

/** Everything about one programme, at the side; on a phone, from the bottom. */
export class ProgrammeSheet extends DownlinkElement {
  static sheets = [controls, sheetSheet];

  /** @type {Context | undefined} */
  #context;
  /** @type {Channel | undefined} */
  #channel;
  /** @type {Partial<Details> & {start: number, stop: number, title: string} | undefined} */
  #programme;
  #isFailed = false;
  #play = new PlayOn(() => this.redraw());

  /**
   * Show a programme, and load what is not known of it yet.
   *
   * @param {Context} context
   * @param {Channel} channel
   * @param {{start: number, stop: number, title: string}} programme
   */
  async open(context, channel, programme) {
    this.#context = context;
    this.#channel = channel;
    this.#programme = programme;
    this.#isFailed = false;
    this.#play.reset();
    this.draw();
    const dialog = this.#dialog;
    if (!dialog.open) dialog.showModal();
    dialog.scrollTop = 0;
    try {
      const answer = await context.signal.ask("guide/programme", {
        channel: channel.number,
        start: programme.start,
      });
      if (this.#programme === programme) this.#programme = answer;
    } catch {
      this.#isFailed = this.#programme === programme;
    }
    this.redraw();
  }

  get isOpen() {
    return Boolean(this.root.querySelector("dialog[open]"));
  }

  get #dialog() {
    return this.find("dialog", HTMLDialogElement);
  }

  template() {
    const [context, channel, programme] = [this.#context, this.#channel, this.#programme];
    return html`<dialog
      aria-labelledby="title"
      @click=${(/** @type {MouseEvent} */ event) => event.target === this.#dialog && this.#dialog.close()}
    >
      ${context && channel && programme ? this.#content(context, channel, programme) : nothing}
    </dialog>`;
  }

  /**
   * @param {Context} context
   * @param {Channel} channel
   * @param {Partial<Details> & {start: number, stop: number, title: string}} programme
   */
  #content(context, channel, programme) {
    const t = context.t.bind(context);
    return html`<div class="top">
        ${picture(programme.image)}
        <div class="station">
          <img src=${channel.logo} width="28" height="28" alt="" />
          <span dir="auto">${channel.name}</span>
        </div>
        <button class="icon close" aria-label=${t("close")} @click=${() => this.#dialog.close()}>
          ${icon("close")}
        </button>
      </div>
      <div class="body">
        <div>
          <h2 id="title" dir="auto">${programme.title}</h2>
          ${this.#episode(context, programme)}
        </div>
        ${this.#when(context, programme)}
        ${programme.description
          ? html`<p class="text" dir="auto">${programme.description}</p>`
          : nothing}
        ${this.#isFailed ? html`<p class="dim" role="status">${t("sheet.failed")}</p>` : nothing}
        ${this.#facts(context, programme)}
        <div class="section">${this.#play.template(context, channel)}</div>
      </div>`;
  }

  /** @param {Context} context @param {Partial<Details>} programme */
  #episode(context, { season = null, episode = null, episode_title: name }) {
    const code = episodeCode({ season, episode }, context.text);
    if (!code && !name) return nothing;
    return html`<p class="sub">
      ${code ? html`<span class="dim">${code}</span>` : nothing}
      ${name ? html`<span dir="auto">${name}</span>` : nothing}
    </p>`;
  }

  /** @param {Context} context @param {{start: number, stop: number}} programme */
  #when({ clock, text }, programme) {
    const time = now();
    const isLive = programme.start <= time && time < programme.stop;
    const minutes = Math.round((programme.stop - programme.start) / 60);
    return html`<div>
      <p class="when">
        ${isLive ? html`<span class="badge">● ${text.get("guide.on_air")}</span>` : nothing}
        <span>
          ${clock.dayWord(programme.start, time)}
          ${clock.time(programme.start)}–${clock.time(programme.stop)}
        </span>
        <span>${text.get("sheet.minutes", { count: minutes })}</span>
      </p>
      ${isLive
        ? html`<span class="meter" style="margin-top:8px;--part:${progressOf(programme, time)}"
            ><i></i
          ></span>`
        : nothing}
    </div>`;
  }

  /** @param {Context} context @param {Partial<Details>} programme */
  #facts({ text }, { categories = [], block, rating, stars, year, credits = [] }) {
    const facts = [
      [text.get("sheet.block"), block],
      [text.get("sheet.rating"), rating],
      [text.get("sheet.stars"), stars === null || stars === undefined ? null : `${stars} / 10`],
      [text.get("sheet.year"), year],
      ...creditsByRole(credits).map(([role, names]) => [
        text.get(`role.${role}`),
        names.join(", "),
      ]),
    ].filter(([, value]) => value);
    return html`
      ${categories.length
        ? html`<ul class="tags" aria-label=${text.get("sheet.categories")}>
            ${categories.map((name) => html`<li dir="auto">${name}</li>`)}
          </ul>`
        : nothing}
      ${facts.length
        ? html`<dl>
            ${facts.map(([name, value]) => html`<dt>${name}</dt><dd dir="auto">${value}</dd>`)}
          </dl>`
        : nothing}
    `;
  }
}

define("tdl-sheet", ProgrammeSheet);

// @ts-check
import { html, nothing } from "../vendor/lit-html/lit-html.js";
import { DownlinkElement, css, define } from "../lib/element.js";
import { icon } from "../lib/icons.js";
import { now } from "../lib/context.js";
import { controls } from "../lib/styles.js";
import { progressOf } from "../model/grid.js";
import { creditsByRole, episodeCode } from "../model/programme.js";
import { PlayOn } from "./play-on.js";
import { picture } from "./picture.js";

/**
 * @typedef {import("../model/types.js").Channel} Channel
 * @typedef {import("../model/types.js").Details} Details
 * @typedef {import("../lib/context.js").Context} Context
 */

const sheet = css`
  dialog {
    position: fixed;
    inset: 0 0 0 auto;
    width: min(440px, 100vw);
    height: 100dvh;
    max-width: none;
    max-height: none;
    margin: 0;
    padding: 0;
    border: 0;
    border-left: 1px solid var(--tdl-line);
    background: var(--tdl-hull);
    color: var(--tdl-text);
    overflow: auto;
    overscroll-behavior: contain;
    animation: slide 180ms ease-out;
  }
  dialog::backdrop {
    background: rgb(4 8 16 / 55%);
  }
  @keyframes slide {
    from {
      transform: translateX(32px);
      opacity: 0;
    }
  }
  .top {
    position: relative;
    min-height: calc(64px + var(--safe-area-inset-top, 0px));
    background: var(--tdl-deck);
  }
  .top:has(.picture:not([hidden])) {
    height: 248px;
  }
  .picture {
    width: 100%;
    height: 100%;
    object-fit: cover;
    display: block;
  }
  .close {
    position: absolute;
    inset: calc(8px + var(--safe-area-inset-top, 0px)) 8px auto auto;
    background: var(--tdl-hull);
    border: 1px solid var(--tdl-line);
  }
  .station {
    position: absolute;
    inset: auto auto 0 0;
    display: flex;
    align-items: center;
    gap: 8px;
    padding: 8px 16px 8px 20px;
    background: var(--tdl-hull);
    clip-path: polygon(0 0, calc(100% - 12px) 0, 100% 12px, 100% 100%, 0 100%);
    font-weight: 500;
    max-width: calc(100% - 64px);
  }
  .body {
    display: grid;
    gap: 16px;
    padding: 12px 20px calc(24px + var(--safe-area-inset-bottom, 0px));
  }
  h2 {
    font-size: 24px;
    font-weight: 600;
    line-height: 1.2;
    overflow-wrap: anywhere;
  }
  .sub {
    font-size: 16px;
    overflow-wrap: anywhere;
  }
  .when {
    display: flex;
    flex-wrap: wrap;
    gap: 4px 8px;
    color: var(--tdl-dim);
    font-variant-numeric: tabular-nums;
  }
  .badge {
    color: var(--tdl-live);
    font-weight: 600;
  }
  .text {
    white-space: pre-line;
    overflow-wrap: anywhere;
  }
  .tags {
    display: flex;
    flex-wrap: wrap;
    gap: 8px;
  }
  .tags li {
    padding: 2px 10px;
    border: 1px solid var(--tdl-line);
    border-radius: 99px;
    font-size: 12px;
    overflow-wrap: anywhere;
  }
  dl {
    display: grid;
    grid-template-columns: max-content 1fr;
    gap: 4px 16px;
    font-size: 12px;
  }
  dt {
    color: var(--tdl-dim);
  }
  dd {
    overflow-wrap: anywhere;
  }
  .play {
    display: grid;
    grid-template-columns: 1fr auto;
    gap: 4px 8px;
  }
  .play label {
    grid-column: 1 / -1;
    font-size: 12px;
  }
  .outcome:empty {
    display: none;
  }
  .outcome.done {
    color: var(--tdl-live);
  }
  .outcome.failed {
    color: var(--tdl-alert);
  }
  .actions {
    display: grid;
    margin-top: 8px;
  }
  .section {
    border-top: 1px solid var(--tdl-line);
    padding-top: 16px;
  }
  @media (max-width: 700px) {
    dialog {
      inset: auto 0 0;
      width: 100vw;
      height: auto;
      max-height: 88dvh;
      border: 0;
      border-top: 1px solid var(--tdl-line);
      border-radius: 16px 16px 0 0;
      animation-name: rise;
    }
    .top {
      min-height: 60px;
    }
    .top:has(.picture:not([hidden])) {
      height: 200px;
    }
    @keyframes rise {
      from {
        transform: translateY(32px);
        opacity: 0;
      }
    }
  }
`;

/** Everything about one programme, at the side; on a phone, from the bottom. */
export class ProgrammeSheet extends DownlinkElement {
  static sheets = [controls, sheet];

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

  get #dialog() {
    return this.part("dialog", HTMLDialogElement);
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

  /**
   * @param {Context} context
   * @param {Partial<Details>} programme
   */
  #episode(context, { season = null, episode = null, episode_title: name }) {
    const code = episodeCode({ season, episode }, context.text);
    if (!code && !name) return nothing;
    return html`<p class="sub">
      ${code ? html`<span class="dim">${code}</span>` : nothing}
      ${name ? html`<span dir="auto">${name}</span>` : nothing}
    </p>`;
  }

  /**
   * @param {Context} context
   * @param {{start: number, stop: number}} programme
   */
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

  /**
   * @param {Context} context
   * @param {Partial<Details>} programme
   */
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

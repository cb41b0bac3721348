// @ts-check
import { html, nothing } from "../vendor/lit-html/lit-html.js";
import { DownlinkElement, define } from "../lib/element.js";
import { icon } from "../lib/icons.js";
import { now } from "../lib/context.js";
import { controls } from "../lib/styles.js";
import { progressOf } from "../model/grid.js";
import { episodeLine, known } from "../model/programme.js";
import { addDays } from "../model/time.js";
import { listSheet } from "./guide-sheets.js";

/** @import {Context} from "../lib/context.js" */
/** @import {Channel, Programme} from "../model/types.js" */

/**
 * The guide on a narrow screen: channels with now and next, and the day of one of them.
 *
 * Events: `open` (channel, programme), `pick` (channel number or null).
 */
export class GuideList extends DownlinkElement {
  static sheets = [controls, listSheet];

  /** @type {Context | undefined} */
  context = undefined;
  /** @type {Channel[]} */
  channels = [];
  /** @type {number | null} */
  picked = null;
  day = 0;
  #shown = "";

  template() {
    const { context } = this;
    if (!context) return nothing;
    const channel = this.channels.find(({ number }) => number === this.picked);
    return channel ? this.#day(context, channel) : this.#channels(context);
  }

  drawn() {
    const key = `${this.picked} ${this.day}`;
    const live = this.root.querySelector(".item.live");
    if (key !== this.#shown && (this.picked === null || this.root.querySelector(".item"))) {
      this.#shown = key;
      this.#scrollTo(live);
    }
  }

  /** @param {Element | null} item */
  #scrollTo(item) {
    const box = this.parentElement;
    if (!box) return;
    const above = item ? item.getBoundingClientRect().top - this.getBoundingClientRect().top : 0;
    box.scrollTop = Math.max(0, above - 128);
  }

  /** @param {Context} context */
  #channels(context) {
    const time = now();
    return html`<ul>
      ${this.channels.map((channel) => html`<li>${this.#channel(context, channel, time)}</li>`)}
    </ul>`;
  }

  /** @param {Context} context @param {Channel} channel @param {number} time */
  #channel({ clock, text }, channel, time) {
    const [current, next] = [known(channel.now), known(channel.next)];
    return html`<button class="channel" @click=${() => this.#pick(channel.number)}>
      <img src=${channel.logo} width="48" height="48" alt="" />
      <span class="words">
        <span class="line name" dir="auto">${channel.number} · ${channel.name}</span>
        <span class="line title" dir="auto">${current?.title ?? text.get("guide.nothing_known")}</span>
        ${current
          ? html`<span class="meter" style="--part:${progressOf(current, time)}"><i></i></span>`
          : nothing}
        ${next
          ? html`<span class="line small" dir="auto">
              ${text.get("guide.next", { time: clock.time(next.start), title: next.title })}
            </span>`
          : nothing}
      </span>
      <span class="dim">${icon("next")}</span>
    </button>`;
  }

  /** @param {Context} context @param {Channel} channel */
  #day(context, channel) {
    const { clock, signal, text } = context;
    const until = addDays(this.day, 1, clock.zone);
    const programmes = signal.guide.between(channel.number, this.day, until);
    return html`<div class="head">
        <button class="icon" aria-label=${text.get("guide.back")} @click=${() => this.#pick(null)}>
          ${icon("back")}
        </button>
        <img src=${channel.logo} width="32" height="32" alt="" />
        <h2 dir="auto">${channel.name}</h2>
      </div>
      ${signal.guide.has(this.day)
        ? html`<ul aria-label=${clock.date(this.day)}>
            ${programmes.map((item) => html`<li>${this.#item(context, channel, item)}</li>`)}
          </ul>`
        : html`<p class="wait" role="status">${text.get("guide.loading")}</p>`}`;
  }

  /** @param {Context} context @param {Channel} channel @param {Programme} programme */
  #item({ clock, text }, channel, programme) {
    const time = now();
    const isLive = programme.start <= time && time < programme.stop;
    const line = episodeLine(programme, programme.episodeTitle, text);
    return html`<button
      class="item ${isLive ? "live" : programme.stop <= time ? "past" : ""}"
      @click=${() => this.#send("open", { channel, programme })}
    >
      <span class="times">${clock.time(programme.start)}</span>
      <span>
        <span class="title" dir="auto">${programme.title}</span>
        ${line ? html`<span class="small" dir="auto" style="display:block">${line}</span>` : nothing}
        ${isLive
          ? html`<span class="meter" style="--part:${progressOf(programme, time)}"><i></i></span
              ><span class="sr">${text.get("guide.on_air")}</span>`
          : nothing}
      </span>
    </button>`;
  }

  /** @param {number | null} number */
  #pick(number) {
    this.#send("pick", { number });
  }

  /** @param {string} name @param {object} detail */
  #send(name, detail) {
    this.dispatchEvent(new CustomEvent(name, { detail }));
  }
}

define("tdl-list", GuideList);

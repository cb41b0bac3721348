// @ts-check
import { html, nothing } from "../vendor/lit-html/lit-html.js";
import { Context, now } from "../lib/context.js";
import { DownlinkElement, define } from "../lib/element.js";
import { onLink } from "../lib/dom.js";
import { signalBars } from "../lib/icons.js";
import { Signal } from "../lib/signal.js";
import { loadText } from "../lib/strings.js";
import { controls, loadSheet, tokens } from "../lib/styles.js";
import { applyTheme } from "../lib/theme.js";
import { chosen, placeOf } from "../model/card.js";
import { progressOf } from "../model/grid.js";
import { episodeLine, known } from "../model/programme.js";
import { HALF_HOUR } from "../model/time.js";
import { picture } from "./picture.js";

/** @import {Row} from "../model/guide.js" */
/** @import {Text} from "../model/text.js" */
/** @import {Channel, Connection, Hass, Overview} from "../model/types.js" */

const pageSheet = await loadSheet("card");
/**
 * @typedef {ReturnType<typeof import("../model/card.js").readConfig>} Config
 */

/** Cards of one page share what they know. @type {WeakMap<Connection, {signal: Signal, users: number}>} */
const shared = new WeakMap();

/** @param {Connection} connection */
function takeSignal(connection) {
  const entry = shared.get(connection) ?? { signal: new Signal(connection), users: 0 };
  entry.users += 1;
  shared.set(connection, entry);
  return entry.signal;
}

/** @param {Connection} connection */
function leaveSignal(connection) {
  const entry = shared.get(connection);
  if (!entry) return;
  entry.users -= 1;
  if (entry.users) return;
  entry.signal.close();
  shared.delete(connection);
}

/** @param {Channel} channel */
const pathOf = (channel) => `/toonami-downlink/guide?channel=${channel.number}`;

/** What is on, for dashboards. */
export class CardBody extends DownlinkElement {
  static sheets = [tokens, controls, pageSheet];

  /** @type {Config | undefined} */
  #config;
  /** @type {Hass | undefined} */
  #hass;
  /** @type {Connection | undefined} */
  #connection;
  /** @type {Context | undefined} */
  #context;
  /** @type {{from: number, generation: number | null, rows: Record<string, Row[]>} | undefined} */
  #hours;
  #isLoading = false;
  /** @type {ReturnType<typeof setInterval> | undefined} */
  #timer;

  set config(/** @type {Config} */ config) {
    this.#config = config;
    this.#hours = undefined;
    this.redraw();
  }

  set hass(/** @type {Hass} */ hass) {
    const old = this.#hass;
    this.#hass = hass;
    if (!this.isConnected) return;
    if (old?.connection !== hass.connection || old.locale !== hass.locale) this.#start();
    if (old?.themes !== hass.themes) applyTheme(this, hass);
  }

  connectedCallback() {
    super.connectedCallback();
    if (this.#hass) {
      this.#start();
      applyTheme(this, this.#hass);
    }
    this.#timer = setInterval(() => this.redraw(), 10_000);
  }

  disconnectedCallback() {
    clearInterval(this.#timer);
    this.#leave();
  }

  #leave() {
    this.#context?.signal.removeEventListener("change", this.#onChange);
    this.#context = undefined;
    if (this.#connection) leaveSignal(this.#connection);
    this.#connection = undefined;
  }

  async #start() {
    const hass = /** @type {Hass} */ (this.#hass);
    this.#leave();
    this.#connection = hass.connection;
    const signal = takeSignal(hass.connection);
    const text = await loadText(hass.locale.language);
    if (this.#connection !== hass.connection || this.#hass?.locale !== hass.locale) return;
    this.lang = text.language;
    this.#context = new Context(() => /** @type {Hass} */ (this.#hass), text, signal);
    signal.addEventListener("change", this.#onChange);
    this.redraw();
  }

  #onChange = () => this.redraw();

  template() {
    const [context, config] = [this.#context, this.#config];
    if (!context || !config) return waiting();
    const { signal, text } = context;
    const overview = signal.loaded;
    if (!signal.overview) return waiting();
    if (!overview || overview.generation === null) return this.#silence(text, overview);
    const channels = chosen(overview.channels, config.numbers);
    if (!channels.length) return html`<p class="frame note">${text.get("card.no_channels")}</p>`;
    const rows = config.picture ? channels.slice(1) : channels;
    return html`<section class="frame ${signal.online ? "" : "away"}" aria-label="Toonami Downlink">
      ${config.picture ? this.#large(context, config, channels[0]) : nothing}
      ${rows.map((channel) => this.#row(context, config, channel))}
      ${config.guide ? this.#guide(context, config, channels) : nothing}
    </section>`;
  }

  /** @param {Text} text @param {Overview | undefined} overview */
  #silence(text, overview) {
    const waits = overview?.refreshing ? "state.first.title" : "state.no_signal.title";
    return html`<div class="frame note" role="status">
      ${signalBars(0)}<b>${text.get(overview ? waits : "state.not_loaded.title")}</b>
      ${overview ? nothing : html`<span class="dim">${text.get("card.not_loaded")}</span>`}
    </div>`;
  }

  /** @param {Context} context @param {Config} config @param {Channel} channel */
  #large({ clock, text }, config, channel) {
    const [current, next] = [known(channel.now), known(channel.next)];
    const line = current && episodeLine(current, current.episode_title, text);
    return html`<a class="large" href=${pathOf(channel)} @click=${onLink}>
      <span class="screen">
        <span class="fallback"><img src=${channel.logo} width="88" height="88" alt="" /></span>
        ${picture(current?.image)}
      </span>
      <span class="words">
        <span class="over">
          <span class="badge">● ${text.get("guide.on_air")}</span>
          <span dir="auto">${channel.number} · ${channel.name}</span>
        </span>
        <span class="title" dir="auto">${current?.title ?? channel.name}</span>
        ${line ? html`<span class="line" dir="auto">${line}</span>` : nothing}
        ${current
          ? html`<span class="bar">
              <span>${clock.time(current.start)}</span>
              <span class="meter" style="--part:${progressOf(current, now())}"><i></i></span>
              <span>${clock.time(current.stop)}</span>
            </span>`
          : nothing}
        ${config.next && next
          ? html`<span class="small line" dir="auto">
              ${text.get("guide.next", { time: clock.time(next.start), title: next.title })}
            </span>`
          : nothing}
      </span>
    </a>`;
  }

  /** @param {Context} context @param {Config} config @param {Channel} channel */
  #row({ clock, text }, config, channel) {
    const [current, next] = [known(channel.now), known(channel.next)];
    const line =
      config.next && next
        ? text.get("guide.next", { time: clock.time(next.start), title: next.title })
        : text.get(current ? "card.on" : "guide.nothing_known", { name: channel.name });
    return html`<a class="row" href=${pathOf(channel)} @click=${onLink}>
      <img src=${channel.logo} width="36" height="36" alt=${channel.name} />
      <span>
        <b class="line" dir="auto" style="display:block">${current?.title ?? channel.name}</b>
        <span class="small line" dir="auto" style="display:block">${line}</span>
      </span>
      <span class="end">
        ${current
          ? html`<span class="small">${clock.time(current.stop)}</span>
              <span class="meter" style="--part:${progressOf(current, now())}"><i></i></span>`
          : nothing}
      </span>
    </a>`;
  }

  /** @param {Context} context @param {Config} config @param {Channel[]} channels */
  #guide({ clock, signal }, config, channels) {
    const time = now();
    const from = Math.floor(time / HALF_HOUR) * HALF_HOUR;
    const until = from + config.hours * 2 * HALF_HOUR;
    const { generation } = signal;
    if (this.#hours?.from !== from || this.#hours.generation !== generation) {
      this.#load(signal, channels, from, until);
    }
    const rows = this.#hours?.rows ?? {};
    const step = config.hours > 6 ? 4 : config.hours > 2 ? 2 : 1;
    const marks = Array.from(
      { length: Math.ceil((config.hours * 2) / step) },
      (_, index) => from + index * step * HALF_HOUR,
    );
    return html`<div class="hours">
      <div class="scale" aria-hidden="true">
        ${marks.map(
          (mark) => html`<span style="left:${placeOf({ start: mark, stop: mark }, from, until).left * 100}%">
            ${clock.time(mark)}
          </span>`,
        )}
      </div>
      ${channels.map(
        (channel) => html`<div class="strip">
          <img src=${channel.logo} width="28" height="28" alt=${channel.name} />
          <ol>
            ${(rows[channel.number] ?? []).map(([start, stop, title]) => {
              const { left, width } = placeOf({ start, stop }, from, until);
              const isLive = start <= time && time < stop;
              return html`<li
                class=${isLive ? "live" : ""}
                style="left:${left * 100}%;width:${width * 100}%"
                title="${clock.time(start)} ${title}"
                dir="auto"
              >
                ${title}
              </li>`;
            })}
          </ol>
        </div>`,
      )}
    </div>`;
  }

  /**
   * @param {Signal} signal
   * @param {Channel[]} channels
   * @param {number} from
   * @param {number} until
   */
  async #load(signal, channels, from, until) {
    if (this.#isLoading || !signal.online) return;
    this.#isLoading = true;
    const { generation } = signal;
    try {
      const numbers = channels.map(({ number }) => number);
      const { rows } = await signal.ask("guide", { from, to: until, channels: numbers });
      this.#hours = { from, generation, rows };
    } catch {
      // The old hours stay; the next drawing asks again.
    }
    this.#isLoading = false;
    this.redraw();
  }
}

function waiting() {
  return html`<div class="frame wait" role="status" aria-busy="true" aria-label="Toonami Downlink">
    <div class="bone"></div>
    <div class="bone"></div>
    <div class="bone"></div>
  </div>`;
}

define("tdl-card", CardBody);

// @ts-check
import { html, nothing } from "../vendor/lit-html/lit-html.js";
import { DownlinkElement, define } from "../lib/element.js";
import { onLink, recall, remember } from "../lib/dom.js";
import { icon, signalBars } from "../lib/icons.js";
import { controls, loadSheet } from "../lib/styles.js";
import { EVERYTHING, RECIPES, arrival, countsOf } from "../model/players.js";
import { AddressCard } from "./address-card.js";
import { qrDialog, rotateDialog } from "./connect-dialogs.js";
import { FieldRows } from "./field-row.js";
import { seenList } from "./seen-list.js";
import { SETTINGS_PATH } from "./states.js";

/** @import {Context} from "../lib/context.js" */
/** @import {Subscription} from "../lib/subscription.js" */
/** @import {Recipe} from "../model/players.js" */
/** @import {ConnectData, SeenPlayer} from "../model/types.js" */

const pageSheet = await loadSheet("connect");

const NO_QR = { label: "", value: "", isSecret: false };

/** How to set up each player, and whether it worked. */
export class ConnectPage extends DownlinkElement {
  static sheets = [controls, pageSheet];

  /** @type {Context | undefined} */
  #context;
  /** @type {ConnectData | undefined} */
  #data;
  /** @type {SeenPlayer[]} */
  #players = [];
  #isFailed = false;
  #recipe = RECIPES.find(({ id }) => id === recall("tile"));
  /** How often each player had asked when the user began. @type {Map<string, number> | undefined} */
  #before;
  #address = new AddressCard(() => this.redraw());
  #qr = NO_QR;
  #isRotating = false;
  /** @type {"" | "done" | "failed"} */
  #rotated = "";
  /** @type {Subscription | undefined} */
  #subscription;
  /** @type {ReturnType<typeof setInterval> | undefined} */
  #timer;
  #rows = new FieldRows(
    () => this.redraw(),
    (qr) => this.#showQr(qr),
  );

  /** @param {Context} context */
  set context(context) {
    if (context === this.#context) return;
    this.#context = context;
    if (this.isConnected) this.#start();
  }

  connectedCallback() {
    super.connectedCallback();
    if (this.#context) this.#start();
    this.#timer = setInterval(() => this.redraw(), 15_000);
  }

  disconnectedCallback() {
    this.#subscription?.close();
    this.#subscription = undefined;
    this.#address.stop();
    clearInterval(this.#timer);
  }

  #start() {
    const { signal } = /** @type {Context} */ (this.#context);
    this.#subscription?.close();
    this.#subscription = signal.subscribe("connect", (event) => {
      if (!event.loaded) return;
      this.#players = event.players;
      this.#before ??= countsOf(event.players);
      if (!this.#data) this.#load();
      this.redraw();
    });
    this.#load();
  }

  async #load() {
    const { signal } = /** @type {Context} */ (this.#context);
    try {
      this.#take(await signal.ask("connect"));
      this.#isFailed = false;
    } catch {
      this.#isFailed = true;
    }
    this.redraw();
  }

  /** @param {ConnectData} data */
  #take(data) {
    this.#data = data;
    this.#address.take(data);
  }

  template() {
    const [context, data] = [this.#context, this.#data];
    if (!context) return nothing;
    const { text } = context;
    if (!data) {
      return html`<div class="page">
        <h2>${text.get("connect.question")}</h2>
        <p role="status" class="dim">
          ${text.get(this.#isFailed ? "connect.failed" : "state.tuning")}
        </p>
      </div>`;
    }
    return html`<div class="page">
        <h2>${text.get("connect.question")}</h2>
        ${this.#tiles(context)}
        <div class="column">
          ${this.#address.template(text, data)}
          ${this.#recipe
            ? this.#steps(context, data, this.#recipe)
            : html`<p class="card dim">${text.get("connect.hint")}</p>`}
          ${this.#everything(context, data)}
        </div>
        <div class="column">
          <section class="card">
            <h2>${text.get("seen.title")}</h2>
            <div aria-live="polite">${seenList(context, this.#players, this.#before)}</div>
          </section>
          ${this.#downloads(context, data)} ${this.#secrets(context)}
        </div>
      </div>
      ${qrDialog(text, this.#qr, () => this.#hideQr())}
      ${rotateDialog(text, { isBusy: this.#isRotating, rotate: this.#rotate })}`;
  }

  /** @param {Context} context */
  #tiles({ text }) {
    return html`<div class="tiles" role="group" aria-label=${text.get("connect.question")}>
      ${RECIPES.map((recipe) => {
        const isHere = this.#players.some(
          ({ player, result }) => player === recipe.name && result === "ok",
        );
        return html`<button
          class="tile"
          aria-pressed=${recipe === this.#recipe}
          @click=${() => this.#choose(recipe)}
        >
          ${recipe.name || text.get("connect.other")}
          <small>${text.get(`connect.${recipe.id}.kind`)}</small>
          ${isHere
            ? html`<span class="tick">${icon("done", 16)}<span class="sr">${text.get("connect.seen")}</span></span>`
            : nothing}
        </button>`;
      })}
    </div>`;
  }

  /** @param {Context} context @param {ConnectData} data @param {Recipe} recipe */
  #steps(context, data, recipe) {
    const { text } = context;
    const name = recipe.name || text.get("connect.other");
    const isMissing = recipe.needsTuner && data.hdhomerun === null;
    return html`<section class="card" aria-label=${name}>
      <h2>${name}</h2>
      ${isMissing
        ? html`<p>${text.get("connect.tuner_off")}</p>
            <div class="buttons">
              <a class="button" href=${SETTINGS_PATH} @click=${onLink}>${icon("settings")} ${text.get("settings")}</a>
            </div>`
        : html`<ol class="steps">
            ${recipe.steps.map(
              (fields, index) => html`<li>
                <p>${text.get(`connect.${recipe.id}.${index + 1}`)}</p>
                ${fields.map((field) =>
                  this.#rows.template(context, recipe.id, field, data, this.#address.origin),
                )}
                ${index === recipe.steps.length - 1 ? this.#arrival(context, recipe) : nothing}
              </li>`,
            )}
          </ol>`}
    </section>`;
  }

  /** @param {Context} context @param {Recipe} recipe */
  #arrival({ text }, recipe) {
    const seen = arrival(this.#players, recipe, this.#before);
    if (!seen) {
      return html`<p class="arrival" role="status">
        <span class="dots">${signalBars(2)}</span>
        ${text.get("arrival.waiting", { name: recipe.name || text.get("connect.other") })}
      </p>`;
    }
    const name = seen.player === "?" ? text.get("seen.unknown") : seen.player;
    return html`<p class="arrival here" role="status">
      ${icon("done", 24)}
      ${text.get("arrival.here", { name, address: seen.address, asked: text.get(`asked.${seen.asked}`) })}
    </p>`;
  }

  /** @param {Context} context @param {ConnectData} data */
  #everything(context, data) {
    return html`<section class="card">
      <details>
        <summary>${icon("next")} ${context.t("connect.everything")}</summary>
        <div class="all">
          ${EVERYTHING.map((field) =>
            this.#rows.template(context, "all", field, data, this.#address.origin),
          )}
        </div>
      </details>
    </section>`;
  }

  /** @param {Context} context @param {ConnectData} data */
  #downloads({ text }, data) {
    if (!data.has_feed) return nothing;
    return html`<section class="card">
      <h2>${text.get("download.title")}</h2>
      <div class="buttons">
        <a class="button" href=${data.playlist} download="toonami-downlink.m3u">
          ${icon("download")} ${text.get("download.playlist")}
        </a>
        <a class="button" href=${data.guide} download="toonami-downlink.xml">
          ${icon("download")} ${text.get("download.guide")}
        </a>
      </div>
    </section>`;
  }

  /** @param {Context} context */
  #secrets({ text }) {
    return html`<section class="card">
      <h2>${text.get("rotate.title")}</h2>
      <p class="dim">${text.get("rotate.text")}</p>
      <div class="buttons">
        <button class="button danger" @click=${() => this.#dialog("rotate").showModal()}>
          ${text.get("rotate.open")}
        </button>
      </div>
      <p role="status">${this.#rotated ? text.get(`rotate.${this.#rotated}`) : nothing}</p>
    </section>`;
  }

  /** @param {string} id */
  #dialog(id) {
    return this.find(`#${id}`, HTMLDialogElement);
  }

  /** @param {typeof NO_QR} qr */
  #showQr(qr) {
    this.#qr = qr;
    this.draw();
    this.#dialog("qr").showModal();
  }

  #hideQr() {
    this.#qr = NO_QR;
    this.redraw();
  }

  /** @param {Recipe} recipe */
  #choose(recipe) {
    this.#recipe = recipe;
    this.#before = countsOf(this.#players);
    this.#rows.mask();
    remember("tile", recipe.id);
    this.redraw();
  }

  #rotate = async () => {
    const { signal } = /** @type {Context} */ (this.#context);
    this.#isRotating = true;
    this.redraw();
    try {
      this.#take(await signal.ask("credentials/rotate"));
      this.#rotated = "done";
      this.#before = countsOf(this.#players);
      this.#rows.mask();
    } catch {
      this.#rotated = "failed";
    }
    this.#isRotating = false;
    this.#dialog("rotate").close();
    this.redraw();
  };
}

define("tdl-connect", ConnectPage);

// @ts-check
import { html, nothing } from "../vendor/lit-html/lit-html.js";
import { DownlinkElement, define } from "../lib/element.js";
import { onLink } from "../lib/dom.js";
import { icon } from "../lib/icons.js";
import { controls, loadSheet } from "../lib/styles.js";
import { chainOf, timestamp } from "../model/chain.js";
import { conditionOf, lookOf } from "../model/health.js";
import { HistoryChart } from "./history-chart.js";
import { SETTINGS_PATH } from "./states.js";
import { files, lastRun, problem, versions } from "./status-cards.js";

/** @import {Context} from "../lib/context.js" */
/** @import {Subscription} from "../lib/subscription.js" */
/** @import {Link} from "../model/chain.js" */
/** @import {Overview, Progress, Status} from "../model/types.js" */

const pageSheet = await loadSheet("status");

const FRAME = html`<svg class="frame" viewBox="0 0 48 48" aria-hidden="true">
  <path d="M10 1H36L47 12V38a9 9 0 0 1-9 9H10a9 9 0 0 1-9-9V10a9 9 0 0 1 9-9Z" />
</svg>`;

/** How things are, how they were, and what to do about it. */
export class StatusPage extends DownlinkElement {
  static sheets = [controls, pageSheet];

  /** @type {Context | undefined} */
  #context;
  /** @type {Status | undefined} */
  #status;
  #isAsked = false;
  #note = "";
  /** @type {Subscription | undefined} */
  #subscription;
  /** @type {ReturnType<typeof setInterval> | undefined} */
  #timer;
  #chart = new HistoryChart(() => this.redraw());
  #observer = new ResizeObserver(() => this.redraw());

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
    this.#observer.observe(this);
  }

  disconnectedCallback() {
    this.#observer.disconnect();
    this.#subscription?.close();
    this.#subscription = undefined;
    clearInterval(this.#timer);
  }

  drawn() {
    this.#chart.fit(this.root.querySelector(".chart")?.clientWidth ?? 0);
  }

  #start() {
    this.#subscription?.close();
    this.#subscription = this.#context?.signal.subscribe("status", (event) => {
      if (event.status) this.#status = event.status;
      else if (event.loaded && this.#status) this.#follow(event);
      this.redraw();
    });
    this.redraw();
  }

  /** @param {{running: boolean, progress: Progress | null}} event */
  #follow({ running, progress }) {
    const status = /** @type {Status} */ (this.#status);
    const refresh = { ...status.refresh, is_running: running, progress };
    this.#status = { ...status, refresh };
  }

  template() {
    const [context, status] = [this.#context, this.#status];
    if (!context) return nothing;
    if (!status) {
      return html`<div class="page"><p role="status" class="dim">${context.t("state.tuning")}</p></div>`;
    }
    return html`<div class="page">
      <section class="card top" aria-labelledby="sentence">
        <h2 class="sentence" id="sentence" role="status">${this.#sentence(context, status)}</h2>
        <div>${this.#refreshButton(context, status)}</div>
      </section>
      ${problem(context, status)}
      <section class="card" aria-label=${context.t("chain.title")}>
        <ol class="chain">
          ${chainOf(status).map((link) => this.#link(context, status, link))}
        </ol>
      </section>
      <section class="card">
        <h2>${context.t("history.title")}</h2>
        ${this.#chart.template(context, status.history)}
      </section>
      <div class="half">${lastRun(context, status)}</div>
      <div class="half">
        ${files(context, status)} ${versions(context, status, this.#tools(context))}
      </div>
    </div>`;
  }

  /** @param {Context} context @param {Status} status */
  #sentence({ clock, text, signal }, status) {
    const time = Date.now() / 1000;
    const overview = signal.loaded && { ...signal.loaded, refreshing: status.refresh.is_running };
    const condition = conditionOf(overview || signal.overview, signal.online);
    const made = timestamp(status.refresh.last_success);
    const next = timestamp(status.refresh.next);
    const until = timestamp(status.feed?.guide_until);
    const parts = [
      status.feed && text.get("sentence.channels", { count: status.feed.channels }),
      until && text.get("sentence.until", { time: clock.dayAndTime(until, time) }),
      made && text.get("sentence.made", { time: clock.dayAndTime(made, time) }),
      next && text.get("sentence.next", { time: clock.dayAndTime(next, time) }),
    ].filter(Boolean);
    return html`<b class=${lookOf(condition).tone}>${text.get(`sentence.${condition}`)}</b>
      ${parts.length ? `${parts.join(", ")}.` : nothing}`;
  }

  /** @param {Context} context @param {Status} status */
  #refreshButton({ text }, status) {
    const isRunning = status.refresh.is_running || this.#isAsked;
    return html`<button
      class="button main"
      aria-disabled=${isRunning}
      @click=${() => isRunning || this.#refresh()}
    >
      ${icon("refresh")} ${text.get(isRunning ? "refresh.running" : "refresh.now")}
    </button>`;
  }

  /** @param {Context} context @param {Status} status @param {Link} link */
  #link({ clock, text }, status, { name, state, time, seconds }) {
    const { progress } = status.refresh;
    const when = time && clock.dayAndTime(time, Date.now() / 1000);
    const took = seconds === null ? "" : text.get("chain.took", { count: Math.round(seconds) });
    const count = progress?.total ? `${progress.done} / ${progress.total}` : "";
    const small =
      state === "active"
        ? [progress && text.get(`stage.${progress.stage}`), count]
        : state === "waiting"
          ? []
          : [when, took];
    return html`<li class="link ${state}">
      <span class="node">${FRAME}${icon(name)}</span>
      <b>${text.get(`chain.${name}`)}</b>
      <span class="word">${text.first([`chain.${name}.${state}`, `chain.state.${state}`])}</span>
      <small>${small.filter(Boolean).join(" · ")}</small>
    </li>`;
  }

  /** @param {Context} context */
  #tools({ text }) {
    return html`<div class="buttons">
        <button class="button" @click=${this.#diagnostics}>
          ${icon("download")} ${text.get("diagnostics")}
        </button>
        <a class="button" href=${SETTINGS_PATH} @click=${onLink}>${icon("settings")} ${text.get("settings")}</a>
      </div>
      <p role="status">${this.#note}</p>`;
  }

  async #refresh() {
    const { signal, t } = /** @type {Context} */ (this.#context);
    this.#isAsked = true;
    this.#note = "";
    this.redraw();
    try {
      await signal.ask("refresh");
    } catch {
      this.#note = t.call(this.#context, "refresh.refused");
    }
    this.#isAsked = false;
    this.redraw();
  }

  #diagnostics = async () => {
    const { hass, text } = /** @type {Context} */ (this.#context);
    const ask = (/** @type {object} */ message) => hass.connection.sendMessagePromise(message);
    try {
      const [entry] = await ask({ type: "config_entries/get", domain: "toonami_downlink" });
      const path = `/api/diagnostics/config_entry/${entry.entry_id}`;
      const signed = await ask({ type: "auth/sign_path", path });
      const link = document.createElement("a");
      link.href = signed.path;
      link.download = "";
      link.click();
      this.#note = "";
    } catch {
      this.#note = text.get("diagnostics.failed");
    }
    this.redraw();
  };
}

define("tdl-status", StatusPage);

import { controls, define, html, icon, loadSheet, nothing, Page } from "../lib/index.js";
import { chainOf } from "../model/chain.js";
import { conditionOf, LOOKS } from "../model/health.js";
import { timestamp } from "../model/time.js";
import { HistoryChart } from "./history-chart.js";
import { RefreshButton } from "./refresh-button.js";
import { lostChannels, settingsLink } from "./states.js";
import { files, lastRun, problem, problems, versions } from "./status-cards.js";
import { StreamsCards } from "./streams-cards.js";
import "./status-icons.js";

/** The state of the integration, and its history. */
class StatusPage extends Page {
	static sheets = [controls, loadSheet("dialog"), loadSheet("status")];

	/** @type {Status | undefined} */
	#status;
	#note = "";
	#button = new RefreshButton(this);
	#chart = new HistoryChart(this);
	#streams = new StreamsCards(this);

	start() {
		this.context.store.subscribe("status", this.signal, (event) => {
			if (event.status) this.#status = event.status;
			else if (event.loaded && this.#status) this.#status = followed(this.#status, event);
			this.redraw();
		});
	}

	template() {
		const [context, status] = [this.context, this.#status];
		if (!status) {
			return html`<div class="page"><p role="status" class="dim">${this.t("state.tuning")}</p></div>`;
		}
		return html`<div class="page">
			<section class="card top" aria-labelledby="sentence">
				<div role="status"><h2 class="sentence" id="sentence">${this.#sentence(status)}</h2></div>
				<div>${this.#button.template(context, status.refresh.is_running)}</div>
			</section>
			${problem(context, status)}
			<section class="card" aria-label=${this.t("chain.title")}>
				<ol class="chain">
					${chainOf(status).map((link) => this.#link(status, link))}
				</ol>
			</section>
			${this.#streams.template(context, status.streams)}
			<section class="card">
				<h2>${this.t("history.title")}</h2>
				${this.#chart.template(context, status.history)}
			</section>
			<div class="half">${lastRun(context, status)} ${problems(context, status)}</div>
			<div class="half">${files(context, status)} ${versions(context, status, this.#tools())}</div>
		</div>`;
	}

	/** @param {Status} status */
	#sentence({ feed, refresh }) {
		const { dayAndTime, t, text, store } = this.context;
		const channels = lostChannels(text, store.loaded);
		const overview = store.loaded && { ...store.loaded, refreshing: refresh.is_running };
		const condition = conditionOf(overview ?? store.overview, store.online);
		const timed = (/** @type {string} */ key, /** @type {string | null | undefined} */ iso) =>
			iso && t(key, { time: dayAndTime(timestamp(iso)) });
		const parts = [
			feed && t("sentence.channels", { count: feed.channels }),
			timed("sentence.until", feed?.guide_until),
			timed("sentence.made", refresh.last_success),
			timed("sentence.next", refresh.next),
		].filter(Boolean);
		return html`<b class=${LOOKS[condition].tone}>${t(`sentence.${condition}`, { channels })}</b>
			${parts.length ? `${parts.join(", ")}.` : nothing}`;
	}

	/** @param {Status} status @param {Link} link */
	#link({ refresh: { progress } }, { name, state, time, seconds }) {
		const { dayAndTime, t, text } = this.context;
		/** @type {(string | null | 0)[]} */
		let small = [
			time && dayAndTime(time),
			seconds && t("chain.took", { count: Math.round(seconds) }),
		];
		if (state === "waiting") small = [];
		if (state === "active" && progress) {
			const { stage, done, total } = progress;
			small = [t(`stage.${stage}`), total && `${done} / ${total}`];
		}
		return html`<li class="link ${state}">
			<span class="node">${icon("frame", 48)}${icon(name)}</span>
			<b>${t(`chain.${name}`)}</b>
			<span class="word">${text.first([`chain.${name}.${state}`, `chain.state.${state}`])}</span>
			<small>${small.filter(Boolean).join(" · ")}</small>
		</li>`;
	}

	#tools() {
		return html`<div class="buttons">
				<button class="button" @click=${this.#diagnostics}>
					${icon("download")} ${this.t("diagnostics")}
				</button>
				${settingsLink(this.context.text)}
			</div>
			<p role="status">${this.#note}</p>`;
	}

	#diagnostics = async () => {
		const { connection } = this.context.hass;
		this.#note = "";
		try {
			const { entry_id: id } = await this.context.entry();
			const path = `/api/diagnostics/config_entry/${id}`;
			const signed = await connection.sendMessagePromise({ type: "auth/sign_path", path });
			Object.assign(document.createElement("a"), { href: signed.path, download: "" }).click();
		} catch {
			this.#note = this.t("diagnostics.failed");
		}
		this.redraw();
	};
}

/**
 * Return the status with what changed in it between two whole ones.
 * @param {Status} status
 * @param {{streams: Streams} | {running: boolean, progress: Progress | null}} event
 * @returns {Status}
 */
function followed(status, event) {
	if ("streams" in event) return { ...status, streams: event.streams };
	const { running, progress } = event;
	return { ...status, refresh: { ...status.refresh, is_running: running, progress } };
}

define("tdl-status", StatusPage);

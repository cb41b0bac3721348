import { Controller, html, icon, nothing, now } from "../lib/index.js";
import { playerName } from "../model/players.js";
import { KINDS, meaningOf, signalOf, sizeOf } from "../model/streams.js";
import { timestamp } from "../model/time.js";

/** How each signal looks: its class, and its icon. */
const SIGNALS = {
	receiving: ["receiving", "done"],
	signal_lost: ["lost", "fail"],
	idle: ["idle", "info"],
};

/** Who watches now, each with a way to end it, and how the signal of each channel is. */
export class StreamsCards extends Controller {
	#element;
	/** The session that the dialog asks about. @type {WatchSession | undefined} */
	#asked;
	#isBusy = false;
	/** @type {"" | "done" | "failed"} */
	#outcome = "";

	/** @param {import("../lib/element.js").DownlinkElement} element */
	constructor(element) {
		super(element);
		this.#element = element;
	}

	/** @param {Context} context @param {Streams} streams */
	template(context, streams) {
		const { t } = context;
		const { sessions, channels } = streams;
		return html`<section class="card ${channels.length ? "side" : ""}" aria-labelledby="watching">
				<h2 id="watching" tabindex="-1">${t("streams.title")}</h2>
				${sessions.length
					? html`<ul class="streams">
							${sessions.map((session) => this.#session(context, streams, session))}
						</ul>`
					: html`<p class="dim">${t("streams.nobody")}</p>`}
				<p role="status" class="said">${this.#outcome ? t(`end.${this.#outcome}`) : nothing}</p>
			</section>
			${channels.length
				? html`<section class="card side">
						<h2>${t("streams.signals")}</h2>
						<ul class="streams">
							${channels.map((channel) => signal(context, channel))}
						</ul>
					</section>`
				: nothing}
			${this.#dialog(context)}`;
	}

	/** @param {Context} context @param {Streams} streams @param {WatchSession} session */
	#session({ dayAndTime, number, t }, { channels }, session) {
		const { address, device, kind, bytes } = session;
		const channel = channels.find(({ key }) => key === session.channel)?.name ?? session.channel;
		const player = playerName(session, t);
		const since = t("streams.since", { time: dayAndTime(timestamp(session.since)) });
		const label = t("streams.end_of", { player, channel });
		return html`<li>
			${icon("players")}
			<b dir="auto">${player}</b>
			<button class="button" aria-label=${label} title=${label} @click=${() => this.#ask(session)}>
				${t("streams.end")}
			</button>
			<span class="what">
				${device ? html`<span dir="auto">${device}</span> · ` : ""}<span dir="auto">${channel}</span> ·
				<span class="mono">${address}</span> · ${since} · ${sizeOf(bytes, number)} · ${KINDS[kind]}
			</span>
		</li>`;
	}

	/** @param {Context} context */
	#dialog(context) {
		const { t } = context;
		const player = this.#asked ? playerName(this.#asked, t) : "";
		return html`<dialog id="end" aria-labelledby="end-title">
			<h2 id="end-title">${t("end.title", { player })}</h2>
			<p>${t("end.text", { address: this.#asked?.address ?? "" })}</p>
			<form method="dialog" class="buttons">
				<button class="button" autofocus>${t("cancel")}</button>
				<button class="button danger" type="button" ?disabled=${this.#isBusy}
					@click=${() => this.#end(context)}>
					${t("end.do")}
				</button>
			</form>
		</dialog>`;
	}

	/** @param {WatchSession} session */
	#ask(session) {
		this.#asked = session;
		this.#outcome = "";
		this.#element.draw();
		this.#element.find("#end", HTMLDialogElement).showModal();
	}

	/** @param {Context} context */
	async #end({ store }) {
		this.#isBusy = true;
		this.redraw();
		try {
			await store.request("sessions/end", { session: this.#asked?.id });
			this.#outcome = "done";
		} catch {
			this.#outcome = "failed";
		}
		this.#isBusy = false;
		this.#element.find("#end", HTMLDialogElement).close();
		// The button that had the focus goes with its session.
		this.#element.find("#watching", HTMLElement).focus();
		this.redraw();
	}
}

/** How the signal of a channel is. @param {Context} context @param {ChannelSignal} channel */
function signal({ clock, dayAndTime, t }, channel) {
	const { name, viewers, node, node_changes: changes } = channel;
	const state = signalOf(channel);
	const last = timestamp(channel.last_segment);
	const small = [
		viewers && t("streams.viewers", { count: viewers }),
		last && t("streams.last", { time: clock.relative(last, now()) }),
		node && t("streams.node", { name: node }),
		changes && t("streams.changes", { count: changes }),
	];
	const time = dayAndTime(timestamp(channel.slate_since));
	const [kind, picture] = SIGNALS[state];
	return html`<li class=${kind}>
		${icon(picture)}
		<b dir="auto">${name}</b>
		<span class="word">${t(state === "idle" ? "streams.idle" : `health.${state}`)}</span>
		${state === "signal_lost"
			? html`<span class="why">
					${t("streams.lost_since", { time })} ${t(`reason.${meaningOf(channel.reason)}`)}
				</span>`
			: nothing}
		<span class="what">${small.filter(Boolean).join(" · ")}</span>
	</li>`;
}

import { codeOf, Controller, html, nothing, now, send } from "../lib/index.js";
import { programmeOf } from "../model/guide.js";
import { GUIDE, MAX_QUERY, pathOf } from "../model/place.js";
import { episodeLine, nextShowing } from "../model/programme.js";

/** How many showings of a title are looked through for the next one. */
const LOOKED_AT = 100;
/** How many others are listed. */
const LISTED = 4;

/** @type {Remembered} */
const NEVER = { also: [], last: null, month: 0 };

/** Whether Home Assistant's part of the integration does not know other showings yet. */
let isUnknown = false;

/**
 * When a programme is on again: asked when its details are shown, for what is over and what is
 * on. With the others of a run of short programmes.
 */
export class Again extends Controller {
	/** @type {Showing[]} */
	#showings = [];
	/** What Home Assistant remembers of the episode. @type {Remembered} */
	#past = NEVER;
	/** @type {"" | "busy" | "done" | "failed"} */
	#state = "";
	#turn = 0;

	/** @param {HTMLElement & {redraw(): void}} sheet */
	constructor(sheet) {
		super(sheet);
		this.sheet = sheet;
	}

	/** Forget what was asked. */
	reset() {
		this.#turn += 1;
		this.#showings = [];
		this.#past = NEVER;
		this.#state = "";
	}

	/** Ask when it is on again. @param {Context} context @param {Channel} channel @param {Shown} programme */
	async load({ store }, channel, programme) {
		if (programme.filler) return;
		this.#state = "busy";
		const turn = this.#turn;
		const channels = new Map(store.loaded?.channels.map((item) => [item.number, item]));
		try {
			const answer = await airings(store, channel, programme);
			const found = answer?.also.map(onceOf) ?? (await searched(store, programme));
			if (turn !== this.#turn) return;
			this.#past = answer ?? NEVER;
			this.#showings = found.flatMap(({ number, start, stop, about }) => {
				const on = channels.get(number);
				return on ? [{ channel: on, programme: { ...programme, start, stop }, about }] : [];
			});
			this.#state = "done";
		} catch {
			if (turn === this.#turn) this.#state = "failed";
		}
		this.redraw();
	}

	/** @param {Context} context @param {Channel} channel @param {Shown} programme */
	template(context, channel, programme) {
		const isOver = programme.stop <= now() && programme.stop > programme.start;
		const showings = this.#showings.slice(0, LISTED);
		const { t, clock } = context;
		return html`
			${isOver && !programme.filler
				? html`<p class="over">${t("sheet.over", { time: clock.dayAndTime(programme.start, now()), channel: channel.name })}
						${this.#state === "done" && !showings.length ? t("sheet.not_again") : nothing}</p>`
				: nothing}
			${this.#remembered(context, programme)}
			${showings.length
				? html`<div class="section">
						<h3 id="again">${t("sheet.again")}</h3>
						<ul class="showings" aria-labelledby="again">
							${showings.map((item) => html`<li>${this.#showing(context, item)}</li>`)}
						</ul>
					</div>`
				: nothing}
			${this.#others(context, channel, programme)}
		`;
	}

	/** How often it was on, and when last. @param {Context} context @param {Shown} programme */
	#remembered({ t, clock }, { start }) {
		const { last, month } = this.#past;
		if (!last || last.start === start) return nothing;
		const words = [t("sheet.last", { time: clock.dayAndTime(last.start, now()) })];
		if (month > 1) words.push(t("sheet.month", { count: month }));
		return html`<p class="over">${words.join(" ")}</p>`;
	}

	/** @param {Context} context @param {Showing} showing */
	#showing({ t, clock }, { channel, programme, about }) {
		const time = clock.dayAndTime(programme.start, now());
		const words = html`<span class="times">${about ? t("sheet.about", { time }) : time}</span>
			<span dir="auto">${channel.name}</span>`;
		// What upstream's guide does not list has no details to show.
		if (about) return html`<span class="showing">${words}</span>`;
		return html`<a class="showing" href=${addressOf(channel, programme)}
			@click=${(/** @type {MouseEvent} */ event) => this.#go(event, channel, programme)}>${words}</a>`;
	}

	/** The run of short programmes that it is shown in. @param {Context} context @param {Channel} channel @param {Shown} programme */
	#others({ store, t, text, clock }, channel, { start }) {
		const { parts } = store.guide.shown(channel.number).at(start) ?? {};
		if (!parts) return nothing;
		return html`<div class="section">
			<h3 id="run">${t("sheet.run", { count: parts.length })}</h3>
			<ul class="showings" aria-labelledby="run">
				${parts.map(
					(part) => html`<li><a class="showing" href=${addressOf(channel, part)}
						aria-current=${part.start === start ? "true" : "false"}
						@click=${(/** @type {MouseEvent} */ event) => this.#go(event, channel, part)}>
						<span class="times">${clock.time(part.start)}</span>
						<span dir="auto">${episodeLine(part, part.episode_title, text) || part.title}</span>
					</a></li>`,
				)}
			</ul>
		</div>`;
	}

	/** @param {MouseEvent} event @param {Channel} channel @param {Shown} programme */
	#go(event, channel, programme) {
		if (event.ctrlKey || event.metaKey || event.shiftKey) return;
		// Home Assistant would go there by its own, and Back then lead through all showings.
		event.preventDefault();
		event.stopPropagation();
		send(this.sheet, "choose", { channel, programme });
	}
}

/** @param {Airing} airing @returns {Once} */
const onceOf = ({ channel, start, stop, about }) => ({ number: channel, start, stop, about });

/** @param {Channel} channel @param {Shown} programme */
const addressOf = ({ number }, { start }) => pathOf({ ...GUIDE, channel: number, start });

/**
 * Ask for the other showings of an episode; undefined where nobody knows them.
 * @param {Store} store @param {Channel} channel @param {Shown} programme
 * @returns {Promise<Remembered | undefined>}
 */
async function airings(store, channel, programme) {
	if (isUnknown) return undefined;
	const { start } = programme;
	try {
		return await store.request("airings", { channel: channel.number, start });
	} catch (error) {
		isUnknown = codeOf(error) === "unknown_command";
		if (isUnknown) return undefined;
		throw error;
	}
}

/**
 * Look for other showings by title, in the guide that is published.
 * @param {Store} store @param {Shown} programme @returns {Promise<Once[]>}
 */
async function searched(store, programme) {
	const { title } = programme;
	const fields = { query: title.slice(0, MAX_QUERY), title, limit: LOOKED_AT };
	const { results } = await store.request("guide/search", fields);
	/** @type {(Once & Programme)[]} */
	const hits = results.map((/** @type {[number, ...Row]} */ [number, ...row]) => ({
		about: false,
		number,
		...programmeOf(/** @type {Row} */ (row)),
	}));
	return nextShowing(programme, hits, now());
}

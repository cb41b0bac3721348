import { html, icon, nothing, now, signalBars } from "../lib/index.js";
import { LOOKS } from "../model/health.js";

const ADD_PATH = "/config/integrations/dashboard/add?domain=toonami_downlink";
const SETTINGS_PATH = "/config/integrations/integration/toonami_downlink";
/** How wide the bones of the skeleton's rows are, in parts. */
const BONES = ["2324", "4232", "3314", "1433", "56", "83", "9"];

/** A link to the integration's settings. @param {Strings} text */
export const settingsLink = (text) =>
	html`<a class="button" href=${SETTINGS_PATH}>
		${icon("settings")} ${text.get("settings")}
	</a>`;

/**
 * Return what an error means; with `fix`, what to do about it.
 * @param {Strings} text @param {string | null} error @param {"error" | "fix"} [what]
 */
export const errorText = (text, error, what = "error") =>
	error ? text.first([`${what}.${error}`, `${what}.unexpected`]) : "";

/** @param {Context} context @param {number | null} time */
const nextTry = ({ clock, t }, time) =>
	time ? t("state.next_try", { time: clock.relative(time, now()) }) : "";

/** The outline of a page that is loading. @param {string} label */
export function skeleton(label) {
	return html`<div class="skeleton" role="status" aria-label=${label} aria-busy="true">
		<div class="bone screen-bone"></div>
		${BONES.map(
			(row) => html`<div class="line">
				<div class="bone label"></div>
				${[...row].map((part) => html`<div class="bone" style="flex-grow:${part}"></div>`)}
			</div>`,
		)}
	</div>`;
}

/**
 * The page before the first feed: why there is none, and a button.
 * @param {Context} context @param {Overview} overview @param {RefreshButton} button
 */
export function noSignal(context, overview, button) {
	const { t, text, isAdmin } = context;
	const { error, refreshing, next_refresh: next } = overview;
	const isRunning = refreshing || button.isAsked;
	const happened = [errorText(text, error), errorText(text, error, "fix"), nextTry(context, next)];
	return html`<section class="state" aria-labelledby="state">
		<div class="bars ${isRunning ? "busy" : ""}">${signalBars(isRunning ? 3 : 0)}</div>
		<h2 id="state">${t(isRunning ? "state.first.title" : "state.no_signal.title")}</h2>
		<p role="status">${isRunning ? t("state.first.text") : happened.join(" ")}</p>
		${isAdmin && !isRunning
			? html`<div class="actions">
					${button.template(context, isRunning)} ${settingsLink(text)}
				</div>`
			: nothing}
	</section>`;
}

/**
 * The page while the integration is not loaded.
 * @param {Context} context @param {boolean | undefined} isSetUp - undefined when not known
 */
export function notRunning({ t, text, isAdmin }, isSetUp) {
	const add = html`<a class="button main" href=${ADD_PATH}>
		${t("state.not_loaded.add")}
	</a>`;
	return html`<section class="state" aria-labelledby="state">
		<div class="bars">${signalBars(0)}</div>
		<h2 id="state">${t("state.not_loaded.title")}</h2>
		<p>${t(`state.not_loaded.${isAdmin ? (isSetUp ? "failed" : "text") : "ask"}`)}</p>
		${isAdmin && isSetUp !== undefined
			? html`<div class="actions">${isSetUp ? settingsLink(text) : add}</div>`
			: nothing}
	</section>`;
}

/** The page when a page's code is gone after an update. @param {Context} context */
export const outdated = ({ t }) =>
	html`<section class="state">
		<p role="alert">${t("state.outdated")}</p>
		<button class="button main" @click=${() => location.reload()}>${t("state.reload")}</button>
	</section>`;

/** More channels than this are counted, not named. */
const NAMED = 3;

/**
 * Name the channels whose signal is lost.
 * @param {Strings} text @param {Overview | undefined} overview
 */
export function lostChannels(text, overview) {
	const { lost = [], channels = [] } = overview ?? {};
	const names = channels.filter(({ number }) => lost.includes(number)).map(({ name }) => name);
	if (names.length > NAMED) return text.get("sentence.channels", { count: names.length });
	return new Intl.ListFormat(text.language).format(names);
}

/**
 * The banner above all pages: what is wrong; nothing when all is well.
 * @param {Context} context @param {Condition} condition @param {Overview | undefined} overview
 */
export function banner(context, condition, overview) {
	const { t, isAdmin } = context;
	if (condition === "offline") {
		return html`<div class="banner alert" role="alert">
			${icon("offline")}
			<p>${t("state.offline")}</p>
		</div>`;
	}
	const sentences = overview && WRONG[condition]?.(context, overview);
	if (!sentences) return nothing;
	return html`<div class="banner ${LOOKS[condition].tone}" role="status">
		${icon("warn")}
		<p>${sentences.filter(Boolean).join(" ")}</p>
		${isAdmin
			? html`<a class="button" href="/toonami-downlink/status">
					${t("state.details")}
				</a>`
			: nothing}
	</div>`;
}

/** @param {Context} context @param {Overview} overview */
const stillServed = (context, { made, next_refresh: next }) => [
	context.t("state.still_served", { time: context.dayAndTime(made) }), nextTry(context, next),
];

/** What is wrong, in sentences. @type {Partial<Record<Condition, (context: Context, overview: Overview) => string[]>>} */
const WRONG = {
	signal_lost: ({ t, text }, overview) => [
		t("state.signal_lost", { channels: lostChannels(text, overview) }),
	],
	not_refreshed: (context, overview) => [
		errorText(context.text, overview.error), ...stillServed(context, overview),
	],
	stale: (context, overview) => [context.t("state.stale"), ...stillServed(context, overview)],
};

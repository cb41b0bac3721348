import { html, icon, nothing } from "../lib/index.js";
import { pastProblems } from "../model/chain.js";
import { sizeOf } from "../model/streams.js";
import { timestamp } from "../model/time.js";
import { errorText, settingsLink } from "./states.js";

/** Errors that a change of the settings can mend. */
const IN_SETTINGS = /^(provider_(command_missing|failed|timed_out)|usage)$/;

/** @param {[string, unknown][]} list */
const facts = (list) =>
	html`<dl class="facts">
		${list.map(([name, value]) => html`<dt>${name}</dt><dd>${value}</dd>`)}
	</dl>`;

/**
 * The last refresh's error, and what to do about it.
 * @param {Context} context @param {Status} status
 */
export function problem({ t, text }, { last_error: run }) {
	if (!run?.error) return nothing;
	return html`<section class="card problem" aria-labelledby="problem">
		${icon("fail", 24)}
		<h2 id="problem">${errorText(text, run.error)}</h2>
		<p>${errorText(text, run.error, "fix")}</p>
		${run.message ? html`<code dir="auto">${run.message}</code>` : nothing}
		<div class="buttons">
			${IN_SETTINGS.test(run.error) ? settingsLink(text) : nothing}
			<a class="button" href="/config/repairs">${t("repairs")}</a>
		</div>
	</section>`;
}

/** Earlier errors by kind. @param {Context} context @param {Status} status */
export function problems({ dayAndTime, t, text }, { history }) {
	const past = pastProblems(history).slice(0, 3);
	if (!past.length) return nothing;
	return html`<section class="card">
		<h2>${t("problems.title")}</h2>
		<ul class="files">
			${past.map(({ run, count }) => {
				const time = dayAndTime(timestamp(run.finished));
				return html`<li>
					<b>${errorText(text, run.error)}</b>
					<span class="dim times">${t("problems.times", { count, time })}</span>
					<span class="fix">${errorText(text, run.error, "fix")}</span>
					${run.message ? html`<code dir="auto">${run.message}</code>` : nothing}
				</li>`;
			})}
		</ul>
	</section>`;
}

/** The report of the last successful refresh. @param {Context} context @param {Status} status */
export function lastRun({ number, t }, { feed }) {
	if (!feed) return nothing;
	const counts = (/** @type {"source" | "repair"} */ what) => {
		const list = Object.entries(feed[`${what}s`]).filter(([, count]) => count);
		return html`<h3 class="subhead">${t(`report.${what}s`)}</h3>
			${list.length
				? facts(list.map(([key, count]) => [t(`${what}.${key}`), number(count)]))
				: html`<p class="dim">${t("report.untouched")}</p>`}`;
	};
	return html`<section class="card">
		<h2>${t("report.title")}</h2>
		${facts(
			/** @type {const} */ (["channels", "programmes", "filler"]).map((what) => [
				t(`report.${what}`), number(feed[what]),
			]),
		)}
		${counts("source")} ${counts("repair")}
	</section>`;
}

/** The published files. @param {Context} context @param {Status} status */
export function files({ dayAndTime, number, t }, { feed }) {
	if (!feed) return nothing;
	const time = dayAndTime(timestamp(feed.made));
	return html`<section class="card">
		<h2>${t("files.title", { number: feed.generation })}</h2>
		<ul class="files">
			${feed.artifacts.map(
				({ name, size }) => html`<li>
					<b>${name}</b><span class="times">${sizeOf(size, number)}</span>
				</li>`,
			)}
		</ul>
		<p class="dim">${t("files.made", { time })}</p>
	</section>`;
}

/**
 * The versions of what is installed, and the settings of refreshes and streams.
 * @param {Context} context @param {Status} status @param {unknown} tools
 */
export function versions({ t }, { version, provider, refresh, streams }, tools) {
	return html`<section class="card">
		<h2>${t("versions.title")}</h2>
		${facts([
			["Toonami Downlink", version],
			[t(`provider.${provider.kind}`), provider.version ?? t("versions.unknown")],
			[t("versions.schedule"), html`<span class="mono">${refresh.schedule}</span>`],
			[t("versions.streams"), `${streams.upstream} / ${streams.max}`],
		])}
		${tools}
	</section>`;
}

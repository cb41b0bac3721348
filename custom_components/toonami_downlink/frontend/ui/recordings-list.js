import { html, icon, nothing, now } from "../lib/index.js";
import { canPlay, conflictOf, stateWords } from "../model/library.js";
import { GUIDE, pathOf } from "../model/place.js";
import { episodeLine } from "../model/programme.js";
import { sizeOf } from "../model/streams.js";
import { minutesBetween } from "../model/time.js";
import { line, meter } from "./now-playing.js";
import { picture } from "./picture.js";
import { channelOf, wayOut } from "./way-out.js";

/**
 * What can be done with a recording.
 * @typedef {object} Actions
 * @property {(recording: Recording) => void} play
 * @property {(recording: Recording) => void} playOn
 * @property {(recording: Recording) => void} keep - or not any more
 * @property {(recording: Recording) => void} cancel
 * @property {(what: "stop" | "delete", recording: Recording) => void} ask - before something is done
 * @property {(recording: Recording, instead: FollowedAiring) => void} take - another showing instead
 */

/**
 * What is on the left of a recording, and its words.
 * @param {Context} context @param {Recording} recording @param {string[]} small - what is said below
 * @param {boolean} [isInShow] - whether its show is named above it
 */
function about(context, recording, small, isInShow) {
	const { title, season, episode, episode_title } = recording;
	const name = episodeLine({ season, episode }, episode_title, context.text);
	return html`<div class="still">${picture(recording.image)}</div>
		<div class="words">
			${isInShow && name ? line(name, "title") : html`${line(title, "title")} ${line(name, "small")}`}
			<p class="small" dir="auto">${small.filter(Boolean).join(" · ")}</p>
		</div>`;
}

/**
 * A button that says what it is about to those who do not see that.
 * @param {string} picture @param {string} word @param {Recording} recording @param {() => void} action
 * @param {string} [kind]
 */
const button = (picture, word, { title }, action, kind = "") =>
	html`<button class="button ${kind}" aria-label="${word}: ${title}" @click=${action}>${icon(picture)} ${word}</button>`;

/** @param {Context} context @param {Recording} recording @param {Actions} actions */
function playButtons({ mayWatch, t }, recording, actions) {
	if (!mayWatch || !canPlay(recording)) return nothing;
	return html`${button("play", t("play.play"), recording, () => actions.play(recording), "main")}
		${button("players", t("play.on"), recording, () => actions.playOn(recording))}`;
}

/** What is recorded now. @param {Context} context @param {Recording} recording @param {Actions} actions */
export function running(context, recording, actions) {
	const { clock, t, number } = context;
	const { start, stop, channel, size, title: name } = recording;
	const small = [
		`${clock.time(start)}–${clock.time(stop)}`, channelOf(context, channel)?.name ?? "", sizeOf(size, number),
	];
	return html`<li class="entry">
		${about(context, recording, small)}
		<div class="progress">
			<p class="state"><span class="dot recording" aria-hidden="true"></span> ${stateWords(recording, context)}</p>
			<div role="progressbar" aria-label=${t("rec.progress", { name })} aria-valuemin="0" aria-valuemax="100"
				aria-valuenow=${Math.round(partOf(recording) * 100)}>${meter(recording)}</div>
		</div>
		<div class="buttons">
			${playButtons(context, recording, actions)}
			${context.mayWatch
				? button("close", t("rec.stop"), recording, () => actions.ask("stop", recording))
				: nothing}
		</div>
	</li>`;
}

/** @param {Times} times */
const partOf = ({ start, stop }) => Math.min(Math.max((now() - start) / (stop - start), 0), 1);

/**
 * What is planned, with what stands in its way.
 * @param {Context} context @param {Recordings<Recording>} recordings @param {Recording} recording
 * @param {Actions} actions
 */
export function planned(context, recordings, recording, actions) {
	const { clock, t } = context;
	const { start, stop, channel, rule, reason, title: name } = recording;
	const on = channelOf(context, channel);
	const small = [
		`${clock.dayAndTime(start, now())}–${clock.time(stop)}`, on?.name ?? "", rule ? t("rec.by_rule") : "",
	];
	return html`<li class="entry">
		${about(context, recording, small)}
		${reason === "left_guide" ? html`<p class="state warn">${icon("warn")} ${stateWords(recording, context)}</p>` : nothing}
		${conflict(context, recordings, recording, actions)}
		<div class="buttons">
			${on && reason !== "left_guide"
				? html`<a class="button" href=${pathOf({ ...GUIDE, channel, start })} aria-label="${t("rec.show")}: ${name}">
						${icon("schedule")} ${t("rec.show")}
					</a>`
				: nothing}
			${context.mayWatch
				? button("close", t("cancel"), recording, () => actions.cancel(recording))
				: nothing}
		</div>
	</li>`;
}

/**
 * Why a planned recording will not happen, and a way out.
 * @param {Context} context @param {Recordings<Recording>} recordings @param {Recording} recording
 * @param {Actions} actions
 */
function conflict(context, recordings, recording, actions) {
	const found = conflictOf(recordings, recording.id);
	if (!found) return nothing;
	const { t, text } = context;
	const { instead, titles } = found;
	const names = new Intl.ListFormat(text.language).format(titles);
	const why = names ? t("rec.conflict", { names }) : t("rec.conflict_here");
	return html`<div class="state warn">
		${icon("warn")}
		<div>${wayOut(context, why, instead, (one) => actions.take(recording, one))}</div>
	</div>`;
}

/**
 * What is done.
 * @param {Context} context @param {Recording} recording @param {Actions} actions
 * @param {boolean} mayChange - whether it can be kept and deleted @param {boolean} [isInShow]
 */
export function done(context, recording, actions, mayChange, isInShow) {
	const { clock, number, t } = context;
	const { start, stop, kept, size, state } = recording;
	const small = [
		`${clock.shortDate(start)} ${clock.time(start)}`,
		t("sheet.minutes", { count: minutesBetween(start, stop) }),
		channelOf(context, recording.channel)?.name ?? "",
		size ? sizeOf(size, number) : "",
	];
	const [picture, kind] = LOOKS[/** @type {keyof typeof LOOKS} */ (state)] ?? LOOKS.complete;
	return html`<li class="entry">
		${about(context, recording, small, isInShow)}
		<p class="state ${kind}">${icon(picture)} <span>${stateWords(recording, context)}${kept ? ` · ${t("rec.kept")}` : nothing}</span></p>
		<div class="buttons">
			${playButtons(context, recording, actions)} ${mayChange ? changes(context, recording, actions) : nothing}
		</div>
	</li>`;
}

/** @param {Context} context @param {Recording} recording @param {Actions} actions */
function changes({ t }, recording, actions) {
	const { kept, title: name } = recording;
	return html`${canPlay(recording)
			? html`<button class="button" aria-pressed=${kept} aria-label="${t("rec.keep")}: ${name}"
					@click=${() => actions.keep(recording)}>
					${icon("keep")} ${t("rec.keep")}
				</button>`
			: nothing}
		${button("delete", t("rec.delete"), recording, () => actions.ask("delete", recording))}`;
}

const LOOKS = /** @type {const} */ ({
	complete: ["done", "good"], interrupted: ["warn", "warn"], failed: ["fail", "alert"],
});

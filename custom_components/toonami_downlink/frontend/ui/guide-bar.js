import { html, icon, now } from "../lib/index.js";
import { dateFor, dayFor } from "../model/place.js";
import { daysBetween, startOfDay } from "../model/time.js";

/**
 * The row that goes about in time: back, now, tonight, on; and the time that is shown, where
 * nothing else says it.
 * @param {Context} context @param {Position} position @param {boolean} isDay - steps are days
 * @param {(step: -1 | 1) => void} onStep @param {() => void} onNow @param {() => void} onTonight
 */
export function about({ t, clock }, position, isDay, onStep, onNow, onTonight) {
	const { isFollowing } = position;
	const shown = isFollowing ? "" : clock.dayAndTime(position.at(now()), now());
	const steps = isDay ? ["guide.day_before", "guide.day_after"] : ["guide.earlier", "guide.later"];
	return html`<div class="about" role="group" aria-label=${t("guide.about")}>
		<button class="icon" title=${t(steps[0])} aria-label=${t(steps[0])} @click=${() => onStep(-1)}>
			${icon("back")}
		</button>
		<button class="button" aria-pressed=${isFollowing} @click=${onNow}>${t("guide.now")}</button>
		<button class="button" @click=${onTonight}>${t("guide.tonight")}</button>
		<button class="icon" title=${t(steps[1])} aria-label=${t(steps[1])} @click=${() => onStep(1)}>
			${icon("next")}
		</button>
		<span class="at" role="status">${shown}</span>
	</div>`;
}

/**
 * The days of the guide, to choose one; and any day that is remembered.
 * @param {Context} context @param {Overview} overview @param {number} shown
 * @param {(day: number) => void} onDay
 */
export function days({ t, clock }, { guide }, shown, onDay) {
	const { since, from, until } = guide ?? { since: now(), from: now(), until: now() + 1 };
	const { zone } = clock;
	const onDate = (/** @type {Event} */ { target }) => {
		const { value, validity } = /** @type {HTMLInputElement} */ (target);
		if (value && validity.valid) onDay(dayFor(value, zone));
	};
	const today = startOfDay(now(), zone);
	return html`<div class="days" role="group" aria-label=${t("guide.days")}>
		${daysBetween(from, until, zone).map(
			(day) => html`<button aria-pressed=${day === shown} title=${clock.date(day)}
				@click=${() => onDay(day)}>
				${day === today ? t("guide.today") : clock.weekday(day)}<b>${clock.day(day)}</b>
			</button>`,
		)}
		</div>
		<input type="date" class="field" title=${t("guide.day")} aria-label=${t("guide.day")}
			min=${dateFor(startOfDay(since, zone), zone)} max=${dateFor(startOfDay(until - 1, zone), zone)}
			.value=${dateFor(shown, zone)} @change=${onDate} />`;
}

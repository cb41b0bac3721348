import { Controller, html, nothing, svg } from "../lib/index.js";
import { chartOf, durationOf } from "../model/chart.js";
import { timestamp } from "../model/time.js";
import { errorText } from "./states.js";

const HEIGHT = 140;

/** The last refreshes as bars, of which one is chosen and described. */
export class HistoryChart extends Controller {
	/** Counted from the newest. */
	#chosen = 0;

	/** @param {Context} context @param {Run[]} history - the newest first */
	template(context, history) {
		const { t } = context;
		if (!history.length) return html`<p class="dim">${t("history.none")}</p>`;
		const { bars, line, maxSeconds, maxProgrammes } = chartOf(history, HEIGHT);
		const last = bars.length - 1;
		const chosen = Math.min(this.#chosen, last);
		return html`<p class="legend">
				<span><i class="swatch"></i>${t("history.seconds", { count: maxSeconds })}</span>
				<span><i class="swatch line"></i>${t("history.programmes", { count: maxProgrammes })}</span>
				<span><i class="swatch mark">×</i>${t("history.failures")}</span>
			</p>
			<div class="chart">
				<svg role="group" aria-label=${t("history.title")}
					@keydown=${(/** @type {KeyboardEvent} */ event) => this.#onKey(event, last)}>
					${bars.map((bar, index) => this.#bar(context, bar, last - index, chosen))}
					<svg viewBox="0 0 100 ${HEIGHT}" preserveAspectRatio="none">
						<path class="programmes" d=${line} />
					</svg>
				</svg>
			</div>
			<p class="run" role="status">${describe(context, history[chosen])}</p>`;
	}

	/** @param {Context} context @param {Bar} bar @param {number} index @param {number} chosen */
	#bar(context, bar, index, chosen) {
		const { x, y, width, height, failed, run } = bar;
		return svg`<g class="bar ${failed ? "failed" : ""}" role="img"
			tabindex=${index === chosen ? 0 : -1} aria-label=${describe(context, run)} data-index=${index}
			@mouseenter=${() => this.#choose(index)} @focus=${() => this.#choose(index)}>
			<rect class="hit" x="${x}%" y="-20" width="${width}%" height=${HEIGHT + 20} />
			<rect class="tall" x="${x + width / 8}%" y=${y} width="${width * 0.75}%" height=${height} />
			${failed
				? svg`<svg x="${x + width / 2}%"><path d="M-4-16l8 11M4-16l-8 11" /></svg>`
				: nothing}
		</g>`;
	}

	/** @param {number} index */
	#choose(index) {
		if (index === this.#chosen) return;
		this.#chosen = index;
		this.redraw();
	}

	/** @param {KeyboardEvent} event @param {number} last */
	#onKey(event, last) {
		const step = { ArrowLeft: 1, ArrowRight: -1, Home: last, End: -last }[event.key];
		const chart = event.currentTarget;
		if (step === undefined || !(chart instanceof SVGElement)) return;
		event.preventDefault();
		const index = Math.min(last, Math.max(0, this.#chosen + step));
		const bar = chart.querySelector(`[data-index="${index}"]`);
		if (bar instanceof SVGElement) bar.focus();
	}
}

/** Describe a refresh in a line. @param {Context} context @param {Run} run */
function describe({ dayAndTime, t, text }, run) {
	const parts = [
		dayAndTime(timestamp(run.finished)),
		t(`cause.${run.cause}`),
		t("history.took", { count: Math.round(durationOf(run)) }),
		run.report && t("history.brought", { count: run.report.programmes }),
		errorText(text, run.error),
	];
	return parts.filter(Boolean).join(" · ");
}

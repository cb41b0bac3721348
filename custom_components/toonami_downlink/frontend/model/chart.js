/** The history chart: bars for durations, a line for programmes, marks for failures. */

const SLOTS = 60;
/** A few runs are drawn wide, not as hairs at the edge of nothing. */
const LEAST_SLOTS = 6;

/** Return how long a refresh took, in seconds. @param {Run} run */
export function durationOf(run) {
	return Math.max(0, (Date.parse(run.finished) - Date.parse(run.started)) / 1000);
}

/** Round up to a number that reads well at the end of an axis. @param {number} value */
export function niceCeiling(value) {
	if (value <= 1) return 1;
	const power = 10 ** Math.floor(Math.log10(value));
	const steps = [1, 1.5, 2, 2.5, 3, 4, 5, 6, 8, 10];
	return power * (steps.find((step) => value <= step * power) ?? 10);
}

/**
 * Lay the chart out, in hundredths of its width; the newest run is at the right edge.
 * @param {Run[]} history - the newest first @param {number} height
 */
export function chartOf(history, height) {
	const runs = history.slice(0, SLOTS).reverse();
	const slot = 100 / Math.max(runs.length, LEAST_SLOTS);
	const left = 100 - runs.length * slot;
	const maxSeconds = niceCeiling(Math.max(1, ...runs.map(durationOf)));
	const counts = runs.map((run) => run.report?.programmes ?? 0);
	const maxProgrammes = niceCeiling(Math.max(1, ...counts));

	/** @type {Bar[]} */
	const bars = runs.map((run, index) => {
		const tall = Math.max(2, (durationOf(run) / maxSeconds) * height);
		return {
			run,
			x: left + index * slot,
			width: slot,
			y: height - tall,
			height: tall,
			failed: run.error !== null,
		};
	});
	const points = bars
		.filter(({ run }) => run.report)
		.map(({ run, x }) => {
			const y = height - ((run.report?.programmes ?? 0) / maxProgrammes) * height;
			return `${(x + slot / 2).toFixed(2)} ${y.toFixed(1)}`;
		});
	// One point alone would be nothing to see.
	const line = points.length ? `M${points.join("L")}h${points.length > 1 ? 0 : slot / 4}` : "";
	return { bars, line, maxSeconds, maxProgrammes };
}

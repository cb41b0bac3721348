/** The chain on the status page: five links from the schedule to the players. */

import { timestamp } from "./time.js";

/** @type {LinkName[]} */
const ORDER = ["schedule", "provider", "check", "publish", "players"];

/** @param {string | undefined} stage @returns {LinkName} */
const linkOf = (stage) => (stage === "check" || stage === "publish" ? stage : "provider");

/** Return the link where a refresh failed. @param {Run} run @returns {LinkName} */
export function failedLink(run) {
	if (run.error === "feed_refused") return "check";
	if (run.error === "cannot_store") return "publish";
	return linkOf(Object.keys(run.stages).at(-1));
}

/** @param {Status["refresh"]} refresh @returns {LinkName | undefined} */
function activeLink({ is_running: isRunning, progress }) {
	return isRunning ? linkOf(progress?.stage) : undefined;
}

/**
 * Count the errors before the last run by kind, the newest first.
 * @param {Run[]} history - the newest first @returns {PastProblem[]}
 */
export function pastProblems([last, ...before]) {
	/** @type {Map<string, PastProblem>} */
	const kinds = new Map();
	for (const run of before) {
		if (!run.error || run.error === last.error) continue;
		const kind = kinds.get(run.error);
		if (kind) kind.count += 1;
		else kinds.set(run.error, { run, count: 1 });
	}
	return [...kinds.values()];
}

/** Return the five links. @param {Status} status @returns {Link[]} */
export function chainOf(status) {
	const { refresh, history, players } = status;
	const last = history[0];
	const active = activeLink(refresh);
	const failed = !active && last?.error ? failedLink(last) : undefined;
	const turn = ORDER.indexOf(active ?? failed ?? "players");
	const finished = timestamp(last?.finished);

	return ORDER.map((name, index) => {
		if (name === "schedule") {
			return { name, state: "ok", time: timestamp(refresh.next), seconds: null };
		}
		if (name === "players") return playersLink(players);
		const state = last || active ? stateAt(index, turn, Boolean(active)) : "idle";
		const own = state === "idle" ? null : finished;
		const time = name === "publish" ? timestamp(refresh.last_success) : own;
		return { name, state, time, seconds: active ? null : secondsOf(name, last) };
	});
}

/** @param {Status["players"]} players @returns {Link} */
function playersLink(players) {
	const seen = players.find(({ result }) => result === "ok");
	return {
		name: "players",
		state: seen ? "ok" : "idle",
		time: timestamp(seen?.when),
		seconds: null,
	};
}

/**
 * @param {number} index @param {number} turn - the index of the link where things are, or ended
 * @param {boolean} isActive @returns {LinkState}
 */
function stateAt(index, turn, isActive) {
	if (index < turn) return "ok";
	if (index === turn) return isActive ? "active" : "failed";
	return isActive ? "waiting" : "idle";
}

/** @param {LinkName} name @param {Run | undefined} run */
function secondsOf(name, run) {
	const own = Object.entries(run?.stages ?? {}).filter(([stage]) => linkOf(stage) === name);
	if (!own.length || run?.error) return null;
	// The stages of the bundled provider are parts of its whole.
	return Math.max(...own.map(([, seconds]) => seconds));
}

/** Where somebody stopped watching each recording. */

/** So many are remembered: the newest. */
export const MAX_RESUMES = 100;
/** Seconds from the beginning, and from the end, that count as not begun and as seen. */
const EARLY = 15;
const LATE = 45;

/** @param {string} stored @returns {[string, number][]} */
function read(stored) {
	try {
		const found = JSON.parse(stored || "[]");
		if (!Array.isArray(found)) return [];
		return found.filter((one) => Array.isArray(one) && typeof one[0] === "string" && Number.isFinite(one[1]) && one[1] >= 0);
	} catch {
		return [];
	}
}

/** Return where to go on, in seconds; 0 for the beginning. @param {string} stored @param {string} id */
export const resumeAt = (stored, id) => read(stored).find((one) => one[0] === id)?.[1] ?? 0;

/**
 * Return what to store once a recording was watched until a time.
 * @param {string} stored - before @param {string} id @param {number} at - seconds
 * @param {number} length - seconds @param {boolean} isGrowing - whether its end is not there yet
 */
export function remembered(stored, id, at, length, isGrowing) {
	const others = read(stored).filter((one) => one[0] !== id);
	const isSeen = !isGrowing && at > length - LATE;
	if (at >= EARLY && !isSeen) others.unshift([id, Math.floor(at)]);
	return JSON.stringify(others.slice(0, MAX_RESUMES));
}

/** Write a length: `4:05`, `1:02:33`. @param {number} seconds */
export function lengthOf(seconds) {
	const whole = Math.max(0, Math.floor(seconds) || 0);
	const [hours, minutes, rest] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60];
	const two = (/** @type {number} */ number) => String(number).padStart(2, "0");
	return hours ? `${hours}:${two(minutes)}:${two(rest)}` : `${minutes}:${two(rest)}`;
}

// @ts-check
/** The user's own colour, made readable. A colour is red, green and blue from 0 to 255. */

/** Home Assistant's own primary colours, of now and of before 2025. */
const DEFAULTS = ["0,154,199", "3,169,244"];

/** Read `rgb(…)` as browsers compute it. @param {string} css @returns {Colour | undefined} */
export function parseRgb(css) {
	const match = /^rgba?\((\d+)[, ]+(\d+)[, ]+(\d+)/.exec(css);
	return match ? [Number(match[1]), Number(match[2]), Number(match[3])] : undefined;
}

/** @param {Colour} colour */
function luminance(colour) {
	const [red, green, blue] = colour.map((value) => {
		const part = value / 255;
		return part <= 0.040_45 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
	});
	return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

/**
 * Return the contrast of two colours as WCAG defines it, from 1 to 21.
 * @param {Colour} a @param {Colour} b
 */
export function contrast(a, b) {
	const [low, high] = [luminance(a), luminance(b)].sort((x, y) => x - y);
	return (high + 0.05) / (low + 0.05);
}

/** @param {Colour} from @param {Colour} to @param {number} part @returns {Colour} */
function mix(from, to, part) {
	const at = (/** @type {0 | 1 | 2} */ index) =>
		Math.round(from[index] + (to[index] - from[index]) * part);
	return [at(0), at(1), at(2)];
}

/** @param {Colour} colour */
const css = (colour) => `rgb(${colour.join(" ")})`;

/**
 * Return the colours of actions for a user who chose a primary colour; undefined for one who did
 * not. It is mixed with white or black until text in it can be read on all our surfaces.
 * @param {Colour | undefined} primary @param {boolean} dark
 */
export function signalColours(primary, dark) {
	if (!primary || DEFAULTS.includes(primary.join(","))) return undefined;
	/** @type {Colour} */
	const surface = dark ? [22, 34, 58] : [232, 240, 247];
	/** @type {Colour} */
	const towards = dark ? [255, 255, 255] : [0, 0, 0];
	let signal = primary;
	for (let part = 0; contrast(signal, surface) < 4.5; part += 0.05) {
		signal = mix(primary, towards, part);
	}
	return { signal: css(signal), onSignal: dark ? "#06202A" : "#FFFFFF" };
}

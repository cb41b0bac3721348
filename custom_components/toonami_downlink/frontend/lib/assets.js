import { load } from "./load.js";

/**
 * What the panel is made of besides code. The first drawing waits for it, no module does: one that
 * fails to arrive would fail them all, and not all browsers keep the order of waiting modules.
 */

/** Settled once everything is there that elements need to draw themselves. */
export let ready = Promise.resolve();

/**
 * Hold all drawing back until something has arrived, or failed to: better plain than nothing.
 * @param {Promise<unknown>} arrival
 */
function waitFor(arrival) {
	ready = Promise.allSettled([ready, arrival]).then(() => {});
}

/** Load a style sheet that all instances of an element share. @param {string} name */
export function loadSheet(name) {
	const sheet = new CSSStyleSheet();
	waitFor(load(`css/${name}.css`).then(async (file) => sheet.replace(await file.text())));
	return sheet;
}

/** The sheets that most elements share. */
export const [tokens, controls] = ["tokens", "controls"].map(loadSheet);

/** The paths of the icons by name, on a grid of 24. @type {Record<string, string>} */
export const paths = {};
waitFor(load("lib/icons.json").then(async (file) => Object.assign(paths, await file.json())));

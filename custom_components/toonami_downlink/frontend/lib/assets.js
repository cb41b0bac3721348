import { load } from "./load.js";

/**
 * What the panel is made of besides code. The first drawing waits for it, no module does: one that
 * fails to arrive would fail them all, and not all browsers keep the order of waiting modules.
 */

/** Settled once everything is there that elements need to draw themselves. */
export let ready = Promise.resolve();

/**
 * Let all drawing wait for something; should it never come, better plain than nothing.
 * @param {Promise<unknown>} arrival
 */
function need(arrival) {
	ready = Promise.allSettled([ready, arrival]).then(() => {});
}

/** Load a style sheet that all instances of an element share. @param {string} name */
export function loadSheet(name) {
	const sheet = new CSSStyleSheet();
	need(load(`css/${name}.css`).then(async (file) => sheet.replace(await file.text())));
	return sheet;
}

/** What everything needs: the colours and the type; then what pages have in common. */
export const [tokens, controls] = ["tokens", "controls"].map(loadSheet);

/** Our own drawings on a grid of 24, in the stroke of the logo. @type {Record<string, string>} */
export const paths = {};
need(load("lib/icons.json").then(async (file) => Object.assign(paths, await file.json())));

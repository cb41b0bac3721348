/**
 * What the panel is made of besides code: style sheets, drawings, texts. Modules do not wait for
 * it, the first drawing does: a module that waits is a blank page for as long as anything is
 * missing, and not all browsers keep the order of modules that wait for each other.
 */

const ATTEMPTS = 4;
const PAUSE = 1000;

/** Settled once everything is there that elements need to draw themselves. */
export let ready = Promise.resolve();

/** @param {string} path - from this folder @returns {Promise<Response>} */
export async function load(path) {
	for (let attempt = 1; ; attempt += 1) {
		try {
			const response = await fetch(new URL(path, import.meta.url));
			if (response.ok || attempt === ATTEMPTS) return response;
		} catch (error) {
			if (attempt === ATTEMPTS) throw error;
		}
		await new Promise((resolve) => setTimeout(resolve, PAUSE));
	}
}

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
	need(load(`../css/${name}.css`).then(async (file) => sheet.replace(await file.text())));
	return sheet;
}

/** What everything needs: the colours and the type; then what pages have in common. */
export const [tokens, controls] = ["tokens", "controls"].map(loadSheet);

/** Our own drawings on a grid of 24, in the stroke of the logo. @type {Record<string, string>} */
export const paths = {};
need(load("icons.json").then(async (file) => Object.assign(paths, await file.json())));

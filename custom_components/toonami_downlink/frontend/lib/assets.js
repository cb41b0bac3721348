import { loadData } from "./load.js";

/**
 * Make a style sheet that all instances of an element share.
 * @param {string} _name - of the file in `css/`
 * @param {string} [text] - its content, which the server puts in
 */
export function loadSheet(_name, text = "") {
	const sheet = new CSSStyleSheet();
	sheet.replaceSync(text);
	return sheet;
}

/** The sheets that most elements share. */
export const tokens = loadSheet("tokens");
export const controls = loadSheet("controls");

/** The paths of the icons by name, on a grid of 24. @type {Record<string, string>} */
export const paths = loadData("lib/icons.json");

import { load } from "./load.js";
import { Text, pickLanguage } from "../model/text.js";

/** @type {Map<string, Promise<Text>>} */
const loading = new Map();

/**
 * Load the strings of the best language that there is for a language tag.
 * @param {string} tag @returns {Promise<Text>}
 */
export function loadText(tag) {
	const language = pickLanguage(tag);
	let text = loading.get(language);
	if (!text) {
		text = fetchText(language);
		loading.set(language, text);
		text.catch(() => loading.delete(language));
	}
	return text;
}

/** @param {string} language */
async function fetchText(language) {
	const response = await load(`i18n/${language}.json`);
	return new Text(language, await response.json());
}

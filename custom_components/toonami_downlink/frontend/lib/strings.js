import { load } from "./load.js";
import { Strings, pickLanguage } from "../model/text.js";

/** @type {Map<string, Promise<Strings>>} */
const loading = new Map();

/**
 * Load the strings of the best language that there is for a language tag.
 * @param {string} tag @returns {Promise<Strings>}
 */
export function loadStrings(tag) {
	const language = pickLanguage(tag);
	let strings = loading.get(language);
	if (!strings) {
		strings = fetchStrings(language);
		loading.set(language, strings);
		strings.catch(() => loading.delete(language));
	}
	return strings;
}

/** @param {string} language */
async function fetchStrings(language) {
	const response = await load(`i18n/${language}.json`);
	return new Strings(language, await response.json());
}

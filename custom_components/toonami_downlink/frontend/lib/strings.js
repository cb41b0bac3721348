import { load } from "./load.js";
import { Strings, pickLanguage } from "../model/text.js";

/** @type {Map<string, Promise<Strings>>} */
const loading = new Map();

/**
 * Load the strings of the best language that there is for a language tag.
 * @param {string} tag @param {string} [part] - a folder of them @returns {Promise<Strings>}
 */
export function loadStrings(tag, part = "") {
	const language = pickLanguage(tag);
	const path = part + language;
	let strings = loading.get(path);
	if (!strings) {
		strings = fetchStrings(language, path);
		loading.set(path, strings);
		strings.catch(() => loading.delete(path));
	}
	return strings;
}

/** @param {string} language @param {string} path */
async function fetchStrings(language, path) {
	const response = await load(`i18n/${path}.json`);
	return new Strings(language, await response.json());
}

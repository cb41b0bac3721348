import { load } from "./load.js";
import { Strings, pickLanguage } from "../model/text.js";

/**
 * The texts by language and part. The server cuts each language's file (`panel/texts.py`) into
 * `panel`, what the panel's first page can say, `rest`, what is said later, and `card`.
 * @type {Map<string, Promise<Strings>>}
 */
const loading = new Map();

/** Whether something is shown that needs the rest. */
let isAllNeeded = false;

/**
 * Load the strings of the best language that there is for a language tag.
 * @param {string} tag @param {"panel" | "card"} part @returns {Promise<Strings>}
 */
export async function loadStrings(tag, part) {
	const language = pickLanguage(tag);
	const name = `${language}.${part}`;
	const text = await once(name, async (path) => new Strings(language, await entries(path)));
	if (isAllNeeded) await loadRest();
	return text;
}

/**
 * Return what an import brings, once there are also the texts that it may need. The server puts
 * this around every import of something that is loaded later.
 * @template T @param {Promise<T>} arrival @returns {Promise<T>}
 */
export async function withTexts(arrival) {
	isAllNeeded = true;
	const [module] = await Promise.all([arrival, loadRest()]);
	return module;
}

/** Load the rest for every language that the panel speaks; the card has none. */
async function loadRest() {
	const spoken = [...loading].filter(([name]) => name.endsWith(".panel"));
	await Promise.all(
		spoken.map(([name, arrival]) =>
			once(name.replace("panel", "rest"), async (path) => {
				const [text, rest] = await Promise.all([arrival, entries(path)]);
				return text.add(rest);
			}),
		),
	);
}

/**
 * @param {string} name @param {(path: string) => Promise<Strings>} fetchStrings
 * @returns {Promise<Strings>}
 */
function once(name, fetchStrings) {
	let strings = loading.get(name);
	if (!strings) {
		strings = fetchStrings(`i18n/${name}.json`);
		loading.set(name, strings);
		strings.catch(() => loading.delete(name));
	}
	return strings;
}

/** @param {string} path @returns {Promise<Record<string, Entry>>} */
const entries = async (path) => (await load(path)).json();

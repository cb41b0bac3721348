/** Strings in the user's language. */

/** The languages of the panel. */
export const LANGUAGES = ["de", "en", "es", "fr", "ja", "pt-BR"];

/** @param {string} tag */
const baseOf = (tag) => tag.toLowerCase().split("-")[0];

/**
 * Choose the language file for a language tag such as `es-419`: its own, else one of the same
 * language, such as `pt-BR` for `pt`, else English.
 * @param {string} tag
 */
export function pickLanguage(tag) {
	if (LANGUAGES.includes(tag)) return tag;
	return LANGUAGES.find((language) => baseOf(language) === baseOf(tag)) ?? "en";
}

/** The strings of one language, by key. */
export class Strings {
	#entries;
	#plurals;

	/** @param {string} language @param {Record<string, Entry>} entries */
	constructor(language, entries) {
		this.language = language;
		this.#entries = entries;
		this.#plurals = new Intl.PluralRules(language);
	}

	/** Add strings that came later. @param {Record<string, Entry>} entries */
	add(entries) {
		this.#entries = { ...this.#entries, ...entries };
		return this;
	}

	/** Return the tag if it is of this language, else the language. @param {string} tag */
	dialect(tag) {
		return baseOf(tag) === baseOf(this.language) ? tag : this.language;
	}

	/** Return whether there is a string. @param {string} key */
	has(key) {
		return Object.hasOwn(this.#entries, key);
	}

	/**
	 * Return the string with `{name}` replaced by the value of that name; an unknown key is returned
	 * as it is.
	 * @param {string} key @param {Record<string, string | number>} [values]
	 * @param {WriteNumber} [write] - how `count` is written: years and episodes are not counts
	 */
	get(key, values = {}, write = String) {
		const entry = this.has(key) ? this.#entries[key] : key;
		const text = typeof entry === "string" ? entry : this.#plural(entry, values);
		return text.replace(/\{(\w+)\}/g, (whole, name) => {
			if (!Object.hasOwn(values, name)) return whole;
			return name === "count" ? write(Number(values.count)) : String(values[name]);
		});
	}

	/** Return the string of the first key that there is one for. @param {string[]} keys */
	first(keys) {
		return this.get(keys.find((key) => this.has(key)) ?? keys[keys.length - 1]);
	}

	/** @param {Record<string, string>} forms @param {Record<string, string | number>} values */
	#plural(forms, values) {
		return forms[this.#plurals.select(Number(values.count))] ?? forms.other;
	}
}

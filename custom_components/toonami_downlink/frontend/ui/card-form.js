import { loadData } from "../lib/load.js";
import { loadStrings } from "../lib/strings.js";

/** What is asked for in the editor, as Home Assistant's forms have it. */
const SCHEMA = loadData("card-form.json");

/** The fields that are explained. */
const EXPLAINED = ["channels", "title", "tap_action"];

/** Return the form of the card's editor. @param {string} language */
export async function cardForm(language) {
	const text = await loadStrings(language, "card");
	return {
		schema: SCHEMA,
		/** @param {{name: string}} field */
		computeLabel: ({ name }) => text.get(`card.${name}`),
		/** @param {{name: string}} field */
		computeHelper: ({ name }) =>
			EXPLAINED.includes(name) ? text.get(`card.${name}_help`) : undefined,
	};
}

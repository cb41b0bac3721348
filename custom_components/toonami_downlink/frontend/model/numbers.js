/** Numbers as the user writes them. */

/**
 * Languages that write as Home Assistant's setting says, and the units of sizes as most do: French
 * has units of its own for them.
 * @type {Record<string, string>}
 */
const WRITTEN = {
	comma_decimal: "en-US",
	decimal_comma: "de",
	space_comma: "sv",
	quote_decimal: "de-CH",
};

/**
 * Return what writes numbers.
 * @param {string} language - the user's @param {string} [format] - Home Assistant's setting:
 * `language`, `system`, `none` or one of those above
 * @returns {WriteNumber}
 */
export function numberWriter(language, format = "language") {
	const tag = format === "system" ? undefined : (WRITTEN[format] ?? language);
	const useGrouping = format !== "none";
	return (value, options) => new Intl.NumberFormat(tag, { useGrouping, ...options }).format(value);
}

import { loadSheet } from "../lib/index.js";

/** The style sheets of the guide, which is what most people open the panel for. */
export const [guideSheet, gridSheet, listSheet, searchSheet, sheetSheet] =
	["guide", "grid", "list", "search", "sheet"].map(loadSheet);

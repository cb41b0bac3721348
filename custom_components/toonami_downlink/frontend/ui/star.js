import { html, nothing } from "../lib/index.js";

/**
 * A star for what is followed; nothing for anything else.
 * @param {Context} context @param {number} number @param {Shown} programme
 */
export const star = ({ store, t }, number, programme) =>
	store.follows.has(number, programme)
		? html`<span class="star" role="img" aria-label=${t("follow.followed")}>★</span>`
		: nothing;

import { html, nothing } from "../lib/index.js";

/**
 * A star for what is followed, a dot for what is recorded; nothing for anything else.
 * @param {Context} context @param {number} number @param {Shown} programme
 */
export function star({ store, t }, number, programme) {
	const mark = store.recordings.mark(number, programme);
	return html`${store.follows.has(number, programme)
		? html`<span class="star" role="img" aria-label=${t("follow.followed")}>★</span>`
		: nothing}
	${mark ? html`<span class="dot ${mark}" role="img" aria-label=${t(`mark.${mark}`)}></span>` : nothing}`;
}

import { el } from "./dom.js";

/**
 * Copy text, without HTTPS too; return whether that worked.
 * @param {string} text @param {Element} [place] - what is in front of the rest of the page
 */
export async function copyText(text, place = document.body) {
	try {
		await navigator.clipboard.writeText(text);
		return true;
	} catch {
		return copySelection(text, place);
	}
}

/** @param {string} text @param {Element} place */
function copySelection(text, place) {
	const holder = el("textarea", { readonly: "", style: "position:fixed;inset:0 auto auto -99em" });
	/** @type {HTMLTextAreaElement} */ (holder).value = text;
	const focused = deepActive();
	place.append(holder);
	/** @type {HTMLTextAreaElement} */ (holder).select();
	const isCopied = document.execCommand("copy");
	holder.remove();
	focused?.focus();
	return isCopied;
}

/** Return the focused element, through all shadow roots. */
function deepActive() {
	let active = document.activeElement;
	while (active?.shadowRoot?.activeElement) active = active.shadowRoot.activeElement;
	return active instanceof HTMLElement ? active : undefined;
}

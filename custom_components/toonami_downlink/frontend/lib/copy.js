import { el } from "./dom.js";

/** Copy text, without HTTPS too; return whether that worked. @param {string} text */
export async function copyText(text) {
	try {
		await navigator.clipboard.writeText(text);
		return true;
	} catch {
		return copySelection(text);
	}
}

/** @param {string} text */
function copySelection(text) {
	const holder = el("textarea", { readonly: "", style: "position:fixed;inset:0 auto auto -99em" });
	/** @type {HTMLTextAreaElement} */ (holder).value = text;
	const focused = deepActive();
	document.body.append(holder);
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

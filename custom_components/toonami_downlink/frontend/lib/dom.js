/**
 * Make an element. Texts are never read as markup.
 * @param {string} tag @param {Record<string, string>} [attributes]
 * @param {(Node | string)[]} [children]
 */
export function el(tag, attributes = {}, children = []) {
	const element = document.createElement(tag);
	for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
	element.append(...children);
	return element;
}

/** Put text on the clipboard, without HTTPS too; tell whether it is there. @param {string} text */
export async function copyText(text) {
	try {
		await navigator.clipboard.writeText(text);
		return true;
	} catch {
		return copyTheOldWay(text);
	}
}

/** @param {string} text */
function copyTheOldWay(text) {
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
export function deepActive() {
	let active = document.activeElement;
	while (active?.shadowRoot?.activeElement) active = active.shadowRoot.activeElement;
	return active instanceof HTMLElement ? active : undefined;
}

/** Remember something for this browser. @param {string} key @param {string} value */
export function remember(key, value) {
	try {
		localStorage.setItem(`toonami-downlink-${key}`, value);
	} catch {
		// Private windows may forbid it; then it is asked for again next time.
	}
}

/** @param {string} key */
export function recall(key) {
	try {
		return localStorage.getItem(`toonami-downlink-${key}`) ?? "";
	} catch {
		return "";
	}
}

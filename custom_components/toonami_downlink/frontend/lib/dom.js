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

/**
 * Fire an event that does not leave the element's parent.
 * @param {EventTarget} target @param {string} name @param {object} [detail]
 */
export function send(target, name, detail) {
	target.dispatchEvent(new CustomEvent(name, { detail }));
}

/** Return the code of a refusal by Home Assistant. @param {unknown} error */
export const codeOf = (error) => /** @type {{code?: string} | undefined} */ (error)?.code;

/**
 * Ask the panel to show a channel on its television.
 * @param {{target: EventTarget | null}} event - of what asks @param {number} detail - the channel
 */
export function watchHere({ target }, detail) {
	target?.dispatchEvent(new CustomEvent("watch", { detail, bubbles: true, composed: true }));
}

/**
 * Return whether a key belongs to an input method, which makes one text of many keys: what it
 * confirms with Enter is a text, not a choice.
 * @param {KeyboardEvent} event
 */
export function isComposing(event) {
	// Safari ends the composition before it tells of the key that ended it.
	return event.isComposing || event.keyCode === 229;
}

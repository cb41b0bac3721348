
/** Load a style sheet that all instances of an element share. @param {string} name */
export async function loadSheet(name) {
	const sheet = new CSSStyleSheet();
	const response = await fetch(new URL(`../css/${name}.css`, import.meta.url));
	return sheet.replace(await response.text());
}

/** What everything needs: the colours and the type; then what pages have in common. */
export const [tokens, controls] = await Promise.all(["tokens", "controls"].map(loadSheet));

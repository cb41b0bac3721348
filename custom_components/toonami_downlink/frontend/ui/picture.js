import { html, nothing } from "../lib/index.js";
import { safeImage } from "../model/programme.js";

/** @param {Event} event */
function onResult({ type, target }) {
	// Some hosts refuse some visitors: what is behind the picture is made to be seen alone.
	if (target instanceof HTMLElement) target.hidden = type === "error";
}

/**
 * A picture of a programme; nothing for anything but http and https.
 * @param {string | null | undefined} url
 */
export function picture(url) {
	const source = safeImage(url);
	if (!source) return nothing;
	return html`<img class="picture" src=${source} alt="" loading="lazy" decoding="async"
		referrerpolicy="no-referrer" @error=${onResult} @load=${onResult} />`;
}

import { svg, html } from "../vendor/lit-html/lit-html.js";
import { paths } from "./assets.js";

/** Draw an icon. @param {string} name @param {number} [size] */
export function icon(name, size = 20) {
	return html`<svg viewBox="0 0 24 24" width=${size} height=${size} fill="none" stroke="currentColor"
		stroke-width="2" stroke-linecap="square" aria-hidden="true"><path d=${paths[name] ?? ""} /></svg>`;
}

/** Draw four rising bars, some of them lit. @param {number} lit */
export function signalBars(lit) {
	return html`<svg viewBox="0 0 22 16" width="22" height="16" aria-hidden="true">
		${[0, 1, 2, 3].map(
			(index) => svg`<rect
				x=${index * 6} y=${12 - index * 4} width="4" height=${4 + index * 4}
				fill="currentColor" opacity=${index < lit ? 1 : 0.25} />`,
		)}
	</svg>`;
}

/** Draw the integration's logo in one colour. */
export const mark = () => html`<svg viewBox="0 0 256 256" width="32" height="32" aria-hidden="true">
	<g fill="none" stroke="currentColor" stroke-linecap="round" stroke-width="15">
		<path d=${paths.mark_frame} stroke-linejoin="round" /><path d=${paths.mark_waves} />
	</g>
	<path d=${paths.mark_dish} fill="currentColor" />
	<circle cx="143" cy="113" r="14" fill="var(--tdl-live)" />
</svg>`;

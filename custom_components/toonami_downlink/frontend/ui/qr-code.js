import { html, nothing } from "../lib/index.js";
import { correction, generate } from "../vendor/lean-qr/nano.js";

/** The width of the border that scanners need, in modules. */
const QUIET = 4;

/**
 * Draw a QR code: black on white in dark mode too, because not all scanners read the reverse.
 * @param {string} value @param {string} label
 */
export function qrCode(value, label) {
	if (!value) return nothing;
	const code = generate(value, { minCorrectionLevel: correction.M });
	let path = "";
	for (let y = 0; y < code.size; y += 1) {
		for (let x = 0; x < code.size; x += 1) if (code.get(x, y)) path += `M${x} ${y}h1v1h-1z`;
	}
	const size = code.size + 2 * QUIET;
	return html`<svg class="qr-code" viewBox="${-QUIET} ${-QUIET} ${size} ${size}"
		shape-rendering="crispEdges" role="img" aria-label=${label}>
		<path d=${path} />
	</svg>`;
}

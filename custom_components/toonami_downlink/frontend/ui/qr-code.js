// @ts-check
import { html, nothing } from "../vendor/lit-html/lit-html.js";
import { encode } from "../vendor/uqr/uqr.js";

/**
 * Draw a QR code: black on white in dark mode too, because not all scanners read the reverse.
 *
 * @param {string} value
 * @param {string} label
 */
export function qrCode(value, label) {
  if (!value) return nothing;
  const { size, data } = encode(value, { ecc: "M", border: 4 });
  let path = "";
  data.forEach((row, y) => {
    row.forEach((isBlack, x) => {
      if (isBlack) path += `M${x} ${y}h1v1h-1z`;
    });
  });
  return html`<svg
    class="qr"
    viewBox="0 0 ${size} ${size}"
    shape-rendering="crispEdges"
    role="img"
    aria-label=${label}
  >
    <path d=${path} />
  </svg>`;
}

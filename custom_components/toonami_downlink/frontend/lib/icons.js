// @ts-check
import { svg, html } from "../vendor/lit-html/lit-html.js";

/** Our own drawings on a grid of 24, in the stroke of the logo. @type {Record<string, string>} */
const PATHS = {
  menu: "M4 6h16M4 12h16M4 18h16",
  close: "M6 6l12 12M18 6L6 18",
  back: "M14 5l-7 7 7 7",
  next: "M10 5l7 7-7 7",
  search: "M10.5 4a6.5 6.5 0 1 0 0 13 6.5 6.5 0 0 0 0-13M15.5 15.5L21 21",
  play: "M7 4.5v15l12-7.5z",
  browse: "M4 5h16v11H4zM8 20h8M12 16v4",
  copy: "M9 9h11v11H9zM15 5H4v11h1",
  done: "M4 12.5l5 5L20 6.5",
  eye: "M2 12s4-7 10-7 10 7 10 7-4 7-10 7-10-7-10-7M12 9a3 3 0 1 0 0 6 3 3 0 0 0 0-6",
  hide: "M2 12s4-7 10-7 10 7 10 7-4 7-10 7-10-7-10-7M4 20L20 4",
  qr: "M4 4h6v6H4zM14 4h6v6h-6zM4 14h6v6H4zM14 14h2v2h-2zM18 18h2v2h-2zM18 14h2M14 20h2",
  download: "M12 4v11M7 10.5l5 5 5-5M4 20h16",
  refresh: "M19.5 12a7.5 7.5 0 1 1-2.2-5.3L20 9M20 4v5h-5",
  warn: "M12 4L2.5 20h19zM12 10v4.5M12 17.2v.3",
  fail: "M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18M9 9l6 6M15 9l-6 6",
  info: "M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18M12 11v6M12 7.2v.3",
  schedule: "M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18M12 7v5l3.5 3.5",
  provider: "M5.5 8.5C3 12 3.5 16 6.5 18s7 1.5 9-1zM12 12l3-3M14 4a6 6 0 0 1 6 6",
  check: "M4 6h10M4 12h6M4 18h5M12.5 17l3 3 6-7",
  publish: "M12 20V9M7 13.5l5-5 5 5M4 4h16",
  players: "M3 5h18v11H3zM8 20h8",
  offline: "M4 4l16 16M8.5 12.5a5 5 0 0 1 2-1M5 9a10 10 0 0 1 3-2M19 9a10 10 0 0 0-7-2.9M12 18v.3",
  external: "M13 4h7v7M20 4l-9 9M17 14v6H4V7h6",
  settings: "M4 7h10M18 7h2M4 17h2M10 17h10M16 4.5v5M8 14.5v5",
};

/** @param {string} name @param {number} [size] - in pixels */
export function icon(name, size = 20) {
  return html`<svg
    viewBox="0 0 24 24"
    width=${size}
    height=${size}
    fill="none"
    stroke="currentColor"
    stroke-width="2"
    stroke-linecap="square"
    aria-hidden="true"
  >
    <path d=${PATHS[name] ?? ""} />
  </svg>`;
}

/**
 * Four rising bars, of which so many are lit.
 *
 * @param {number} lit
 */
export function signalBars(lit) {
  return html`<svg viewBox="0 0 22 16" width="22" height="16" aria-hidden="true">
    ${[0, 1, 2, 3].map(
      (index) => svg`<rect
        x=${index * 6} y=${12 - index * 4} width="4" height=${4 + index * 4}
        fill="currentColor" opacity=${index < lit ? 1 : 0.25} />`,
    )}
  </svg>`;
}

/** The icon of the integration, in one colour. */
export const mark = html`<svg viewBox="0 0 256 256" width="32" height="32" aria-hidden="true">
  <path
    d="M56 14H182L242 74V200a42 42 0 0 1-42 42H56a42 42 0 0 1-42-42V56a42 42 0 0 1 42-42Z"
    fill="none"
    stroke="currentColor"
    stroke-width="16"
    stroke-linejoin="round"
  />
  <g fill="none" stroke="currentColor" stroke-linecap="round">
    <path d="M142 114 112 144" stroke-width="13" />
    <path d="M144 76a38 38 0 0 1 36 36M146 43a71 71 0 0 1 67 67" stroke-width="15" />
  </g>
  <path
    d="M64 90C38 120 40 162 67 189S136 218 166 192ZM74 184 60 219H128L108 196Z"
    fill="currentColor"
  />
  <circle cx="143" cy="113" r="14" fill="var(--tdl-live)" />
</svg>`;

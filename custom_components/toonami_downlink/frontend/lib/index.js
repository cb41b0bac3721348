/** What nearly every part of the panel is made with. */
export { controls, loadSheet, tokens } from "./assets.js";
export { html, nothing, svg } from "../vendor/lit-html/lit-html.js";
export { Context, now } from "./context.js";
export { el, recall, remember } from "./dom.js";
export { define } from "./element.js";
export { icon, mark, signalBars } from "./icons.js";
export { Page } from "./page.js";

/** What most modules of the panel import, in one place. */
export { controls, loadSheet, tokens } from "./assets.js";
export { html, nothing, svg } from "../vendor/lit-html/lit-html.js";
export { Context, now } from "./context.js";
export { Controller } from "./controller.js";
export { codeOf, el, isComposing, send, watchHere } from "./dom.js";
export { define } from "./element.js";
export { icon, mark, signalBars } from "./icons.js";
export { Page } from "./page.js";

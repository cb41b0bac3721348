import { pickLanguage } from "../model/text.js";

const PANEL = "/toonami-downlink";

/** @param {Partial<HTMLLinkElement>} link */
const add = (link) => document.head.append(Object.assign(document.createElement("link"), link));

/** @param {string} path */
const addressOf = (path) => new URL(`../${path}`, import.meta.url).href;

/** Begin to load the panel and its texts at once, when somebody goes there. */
function preload() {
	if (!location.pathname.startsWith(PANEL)) return;
	window.removeEventListener("location-changed", preload);
	add({ rel: "modulepreload", href: addressOf("panel.js") });
	const { lang } = document.documentElement;
	if (!lang) return;
	const texts = addressOf(`i18n/${pickLanguage(lang)}.panel.json`);
	add({ rel: "preload", as: "fetch", crossOrigin: "anonymous", href: texts });
}

/** Preload what the panel's first page needs: Home Assistant begins later, and with one file. */
export function preloadPanel() {
	window.addEventListener("location-changed", preload);
	preload();
}

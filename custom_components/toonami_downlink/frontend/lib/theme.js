import { parseRgb, signalColours } from "../model/colour.js";

/**
 * Follow Home Assistant's dark mode, and the user's own primary colour.
 * @param {HTMLElement} host - the outermost element @param {Hass} hass
 */
export function applyTheme(host, hass) {
	const isDark = Boolean(hass.themes.darkMode);
	host.toggleAttribute("dark", isDark);
	// A colour can be written in many ways: the browser knows them all.
	const probe = document.createElement("i");
	probe.style.color = getComputedStyle(host).getPropertyValue("--primary-color");
	document.body.append(probe);
	const primary = probe.style.color ? parseRgb(getComputedStyle(probe).color) : undefined;
	probe.remove();
	const own = signalColours(primary, isDark);
	host.style.setProperty("--tdl-signal", own?.signal ?? null);
	host.style.setProperty("--tdl-on-signal", own?.onSignal ?? null);
}

/** The primary colours that Home Assistant itself has and, before 2025, had. */
const DEFAULTS = ["", "#009ac7", "#03a9f4"];

/**
 * Follow Home Assistant's dark mode, and the user's own primary colour.
 * @param {HTMLElement} host @param {Hass} hass
 */
export function applyTheme(host, hass) {
	host.toggleAttribute("dark", Boolean(hass.themes.darkMode));
	const primary = getComputedStyle(host).getPropertyValue("--primary-color").trim();
	host.toggleAttribute("own", !DEFAULTS.includes(primary.toLowerCase()));
}

/** Say in which language an element is. @param {HTMLElement} host @param {Strings} text */
export function applyLanguage(host, text) {
	host.lang = text.language;
	// None of our languages is written from right to left, whatever the page around it is.
	host.dir = "ltr";
}

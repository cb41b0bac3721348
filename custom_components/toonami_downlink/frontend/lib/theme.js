/** Home Assistant's own primary colours, of now and of before 2025. */
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

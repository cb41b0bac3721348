/** The primary colours that Home Assistant itself has and, before 2025, had. */
const DEFAULTS = ["", "#009ac7", "#03a9f4"];

/** @type {CanvasRenderingContext2D | null | undefined} */
let canvas;

/**
 * Return how light a colour is, from 0 to 1; undefined for none.
 * @param {string} colour - as CSS writes it
 */
function lightness(colour) {
	if (!colour || !CSS.supports("color", colour)) return undefined;
	canvas ??= document.createElement("canvas").getContext("2d", { willReadFrequently: true });
	if (!canvas) return undefined;
	canvas.fillStyle = colour;
	canvas.clearRect(0, 0, 1, 1);
	canvas.fillRect(0, 0, 1, 1);
	const [red, green, blue] = canvas.getImageData(0, 0, 1, 1).data;
	return (0.3 * red + 0.59 * green + 0.11 * blue) / 255;
}

/**
 * Return whether the theme around an element is dark. Home Assistant calls themes without modes
 * light, whatever their colours are; but any theme's text can be read on its surfaces, which may be
 * pictures or half transparent.
 * @param {CSSStyleDeclaration} style @param {Hass} hass
 */
function isDark(style, hass) {
	const text = lightness(style.getPropertyValue("--primary-text-color").trim());
	return text === undefined ? Boolean(hass.themes.darkMode) : text > 0.5;
}

/**
 * Follow whether the theme is dark, and the user's own primary colour.
 * @param {HTMLElement} host @param {Hass} hass
 */
export function applyTheme(host, hass) {
	const style = getComputedStyle(host);
	host.toggleAttribute("dark", isDark(style, hass));
	const primary = style.getPropertyValue("--primary-color").trim();
	host.toggleAttribute("own", !DEFAULTS.includes(primary.toLowerCase()));
}

/** Say in which language an element is. @param {HTMLElement} host @param {Strings} text */
export function applyLanguage(host, text) {
	host.lang = text.language;
	// None of our languages is written from right to left, whatever the page around it is.
	host.dir = "ltr";
}

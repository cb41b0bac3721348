import { el } from "../lib/index.js";

/**
 * Make the row of a channel, with its head and without cells.
 * @param {Channel} channel @param {number} index @returns {GridRow}
 */
export function makeRow(channel, index) {
	const { number, name, logo } = channel;
	const header = el("div", { role: "rowheader", class: "channel", "aria-colindex": "1" }, [
		el("span", { class: "number", "aria-hidden": "true" }, [String(number)]),
		el("img", { src: logo, alt: "", width: "40", height: "40", draggable: "false" }),
		el("span", { class: "name", dir: "auto" }, [name]),
	]);
	header.title = `${number} ${name}`;
	const place = { role: "row", class: "row", "aria-rowindex": String(index + 2) };
	return { channel, element: el("div", place, [header]), cells: new Map() };
}

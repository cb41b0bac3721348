import { el } from "../lib/index.js";
import { HALF_HOUR } from "../model/time.js";

/**
 * Make the times above the rows, by where they are; the first one of a day says which day it is.
 * @param {Context} context @param {Scale} scale @param {{from: number, until: number}} window
 * @param {number[]} days
 * @returns {Map<number, HTMLElement>}
 */
export function makeHeads({ clock }, scale, { from, until }, days) {
	const heads = new Map();
	for (let time = scale.from + scale.column(from) * HALF_HOUR; time < until; time += HALF_HOUR) {
		const column = String(scale.column(time) + 2);
		const head = el("div", { role: "columnheader", class: "time", "aria-colindex": column });
		const x = scale.x(time);
		head.style.transform = `translateX(${x}px)`;
		if (days.includes(time)) head.append(el("b", {}, [clock.shortDate(time)]), " ");
		head.append(clock.time(time));
		heads.set(x, head);
	}
	return heads;
}

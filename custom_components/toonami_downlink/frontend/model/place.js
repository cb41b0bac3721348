/**
 * The places of the panel, and their addresses:
 *
 *     /toonami-downlink/guide                        the guide
 *     /toonami-downlink/guide/{number}               a channel
 *     /toonami-downlink/guide/{number}/{YYYY-MM-DD}  a day of a channel
 *     /toonami-downlink/guide/{number}/{start}       a programme, by the second when it starts
 *     /toonami-downlink/watch/{number}               watching a channel
 *     /toonami-downlink/shows, /recordings, /connect, /status    the other pages
 *
 * With `?q=` comes what is searched for. `places.py` of the integration writes the same addresses.
 */

import { offsetAt, startOfDay } from "./time.js";

export const ROOT = "/toonami-downlink";
/** The longest text that can be searched for. */
export const MAX_QUERY = 100;

/** As far as the integration numbers channels, and as its commands take times. */
const MAX_NUMBER = 2 ** 31 - 1;
const MAX_TIME = 2 ** 33;
const DATE = /^\d{4}-\d\d-\d\d$/;

/** @type {PageName[]} */
const OTHERS = ["shows", "recordings", "connect", "status"];

/** @type {Place} */
export const GUIDE = { page: "guide", channel: null, start: null, date: null, search: "", watch: null };

/**
 * Read a whole number from 1 to `most`; null for anything else.
 * @param {string | null | undefined} text @param {number} most
 */
function wholeNumber(text, most) {
	const number = /^[1-9]\d{0,9}$/.test(text ?? "") ? Number(text) : 0;
	return number && number <= most ? number : null;
}

/** Return the date if there is such a day, else null. @param {string} text */
function dateOf(text) {
	if (!DATE.test(text)) return null;
	const time = Date.parse(`${text}T00:00:00Z`);
	return new Date(time || 0).toISOString().startsWith(text) ? text : null;
}

/** Read what comes after `guide/`: a channel, and a day or a programme of it. @param {string[]} parts */
function readChannel([number, when, ...rest]) {
	const channel = wholeNumber(number, MAX_NUMBER);
	const [start, date] = [wholeNumber(when, MAX_TIME), dateOf(when ?? "")];
	const isClear = when === undefined || start !== null || date !== null;
	return channel !== null && isClear && !rest.length ? { channel, start, date } : {};
}

/**
 * Return the place that an address stands for; the guide for one that makes no sense.
 * @param {string} path - below the panel's own @param {string} [query] - with its question mark
 * @returns {Place}
 */
export function readPlace(path, query = "") {
	const [, page = "", ...rest] = path.replace(/\/$/, "").split("/");
	const other = OTHERS.find((name) => name === page);
	if (other) return { ...GUIDE, page: other };
	const values = new URLSearchParams(query);
	const place = { ...GUIDE, search: (values.get("q") ?? "").slice(0, MAX_QUERY) };
	const isWatching = page === "watch" && rest.length === 1;
	if (isWatching) return { ...place, watch: wholeNumber(rest[0], MAX_NUMBER) };
	if (page === "guide" && rest.length) return { ...place, ...readChannel(rest) };
	// Cards and bookmarks from before channels had addresses.
	return { ...place, channel: wholeNumber(values.get("channel"), MAX_NUMBER) };
}

/** Return the address of a place, as it is after the host. @param {Place} place */
export function pathOf({ page, channel, start, date, search, watch }) {
	if (page !== "guide") return `${ROOT}/${page}`;
	const query = search ? `?${new URLSearchParams({ q: search })}` : "";
	if (watch !== null) return `${ROOT}/watch/${watch}${query}`;
	const parts = channel === null ? [] : [channel, start ?? date].filter((part) => part !== null);
	return `${[`${ROOT}/guide`, ...parts].join("/")}${query}`;
}

/** Return whether both have the same address. @param {Place} one @param {Place} other */
export const isSame = (one, other) => pathOf(one) === pathOf(other);

/** Write the date of a day. @param {number} day @param {string} zone */
export const dateFor = (day, zone) =>
	new Date((day + offsetAt(day, zone)) * 1000).toISOString().slice(0, 10);

/** Return when the day with a date begins. @param {string} date @param {string} zone */
export function dayFor(date, zone) {
	const noon = Date.parse(`${date}T12:00:00Z`) / 1000;
	return startOfDay(noon - offsetAt(noon, zone), zone);
}

// @ts-check
/** Days and clock times in a time zone. Times are seconds since 1970. */

export const HALF_HOUR = 1800;
const HOUR = 3600;
const DAY = 86_400;

/** @type {Map<string, Intl.DateTimeFormat>} */
const clocks = new Map();

/** Return how many seconds the zone's clocks are ahead of UTC. @param {number} time @param {string} zone */
export function offsetAt(time, zone) {
	// Swedish is written as ISO 8601 is, but for the T.
	const clock =
		clocks.get(zone) ??
		new Intl.DateTimeFormat("sv", { timeZone: zone, dateStyle: "short", timeStyle: "medium" });
	clocks.set(zone, clock);
	return Date.parse(`${clock.format(time * 1000).replace(" ", "T")}Z`) / 1000 - Math.floor(time);
}

/**
 * Return when the day that `time` is in begins: usually, not always, at midnight.
 * @param {number} time @param {string} zone
 */
export function startOfDay(time, zone) {
	const day = Math.floor((time + offsetAt(time, zone)) / DAY);
	let start = day * DAY - offsetAt(time, zone);
	start = day * DAY - offsetAt(start, zone);
	// Where the clocks go forward at midnight, the day begins later than that.
	while (Math.floor((start + offsetAt(start, zone)) / DAY) < day) start += HALF_HOUR;
	return start;
}

/**
 * Return when the day begins that is `days` after the one `time` is in.
 * @param {number} time @param {number} days @param {string} zone
 */
export function addDays(time, days, zone) {
	// Noon is on the same day before and after any change of the clocks.
	return startOfDay(startOfDay(time, zone) + 12 * HOUR + days * DAY, zone);
}

/**
 * List when the days begin that have a part in [from, until).
 * @param {number} from @param {number} until @param {string} zone
 */
export function daysBetween(from, until, zone) {
	const days = [];
	for (let day = startOfDay(from, zone); day < until; day = addDays(day, 1, zone)) days.push(day);
	return days;
}

/**
 * Return the zone that the user wants to see times in.
 * @param {{locale: {time_zone: string}, config: {time_zone: string}}} hass
 */
export function zoneOf(hass) {
	if (hass.locale.time_zone === "server") return hass.config.time_zone;
	return Intl.DateTimeFormat().resolvedOptions().timeZone;
}

/**
 * @param {string} format - Home Assistant's setting: `language`, `system`, `12` or `24`
 * @returns {Intl.DateTimeFormatOptions}
 */
function hours(format) {
	if (format === "12") return { hour: "numeric", minute: "2-digit", hour12: true };
	if (format === "24") return { hour: "2-digit", minute: "2-digit", hourCycle: "h23" };
	return { hour: "numeric", minute: "2-digit" };
}

/** Write times as the user wants to read them. */
export class Clock {
	/** @type {Map<string, Intl.DateTimeFormat>} */
	#formats = new Map();
	#language;
	#timeLanguage;
	#timeFormat;
	#relative;

	/**
	 * @param {string} language - a language tag @param {string} timeFormat - Home Assistant's setting
	 * @param {string} zone
	 */
	constructor(language, timeFormat, zone) {
		this.zone = zone;
		this.#language = language;
		this.#timeFormat = timeFormat;
		this.#timeLanguage = timeFormat === "system" ? undefined : language;
		this.#relative = new Intl.RelativeTimeFormat(language, { numeric: "auto" });
	}

	/**
	 * @param {string} name @param {Intl.DateTimeFormatOptions} options @param {number} time
	 * @param {string | undefined} [language]
	 */
	#format(name, options, time, language = this.#language) {
		let format = this.#formats.get(name);
		if (!format) {
			format = new Intl.DateTimeFormat(language, { ...options, timeZone: this.zone });
			this.#formats.set(name, format);
		}
		return format.format(time * 1000);
	}

	/** @param {number} time */
	time(time) {
		return this.#format("time", hours(this.#timeFormat), time, this.#timeLanguage);
	}

	/** @param {number} time */
	weekday(time) {
		return this.#format("weekday", { weekday: "short" }, time);
	}

	/** @param {number} time */
	day(time) {
		return this.#format("day", { day: "numeric" }, time);
	}

	/** @param {number} time */
	date(time) {
		return this.#format("date", { weekday: "long", day: "numeric", month: "long" }, time);
	}

	/** @param {number} time */
	shortDate(time) {
		return this.#format("short", { weekday: "short", day: "numeric", month: "short" }, time);
	}

	/**
	 * Write the day as a word when it is yesterday, today or tomorrow, else as a date.
	 * @param {number} time @param {number} now
	 */
	dayWord(time, now) {
		const days = Math.round((startOfDay(time, this.zone) - startOfDay(now, this.zone)) / DAY);
		if (Math.abs(days) <= 1) return this.#relative.format(days, "day");
		return days > 1 && days < 7 ? this.#format("long", { weekday: "long" }, time) : this.shortDate(time);
	}

	/** @param {number} time @param {number} now */
	dayAndTime(time, now) {
		return `${this.dayWord(time, now)} ${this.time(time)}`;
	}

	/**
	 * Write how long ago something was, or in how long it will be.
	 * @param {number} time @param {number} now
	 */
	relative(time, now) {
		const away = time - now;
		if (Math.abs(away) < 45) return this.#relative.format(0, "second");
		if (Math.abs(away) < 45 * 60) return this.#relative.format(Math.round(away / 60), "minute");
		if (Math.abs(away) < 22 * HOUR) return this.#relative.format(Math.round(away / HOUR), "hour");
		return this.#relative.format(Math.round(away / DAY), "day");
	}
}

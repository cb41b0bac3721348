/** Days and clock times in a time zone. Times are seconds since 1970. */

export const HALF_HOUR = 1800;
export const HOUR = 3600;
export const DAY = 86_400;

/** @type {Map<string, Intl.DateTimeFormat>} */
const clocks = new Map();

/** Read an ISO 8601 time. @param {string | null | undefined} iso */
export function timestamp(iso) {
	return iso ? Math.floor(Date.parse(iso) / 1000) : null;
}

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
	/** @param {number} at */
	const dayOf = (at) => Math.floor((at + offsetAt(at, zone)) / DAY);
	const day = dayOf(time);
	let start = day * DAY - offsetAt(time, zone);
	// Where the clocks have changed since the day began, it began earlier or later than by those now.
	while (dayOf(start) < day) start += HALF_HOUR;
	while (dayOf(start - HALF_HOUR) === day) start -= HALF_HOUR;
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
 * Return when it is so many hours on the clock on the day that begins at `day`.
 * @param {number} day @param {number} hours @param {string} zone
 */
export function hourOf(day, hours, zone) {
	const time = day + hours * HOUR;
	return time + offsetAt(day, zone) - offsetAt(time, zone);
}

/**
 * Return how many minutes are between two times as they are written, without their seconds.
 * @param {number} from @param {number} until
 */
export const minutesBetween = (from, until) => Math.floor(until / 60) - Math.floor(from / 60);

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
 * Return whether the user's clock counts to twelve. Only the user's own language can tell, also
 * where the texts are in another.
 * @param {string} format - Home Assistant's setting: `language`, `system`, `12` or `24`
 * @param {string} tag - the user's language
 */
function countsToTwelve(format, tag) {
	if (format === "12" || format === "24") return format === "12";
	const asked = format === "system" ? navigator.language : tag;
	try {
		return Boolean(new Intl.DateTimeFormat(asked, { hour: "numeric" }).resolvedOptions().hour12);
	} catch {
		// Not a language tag.
		return false;
	}
}

/** @param {boolean} isHalf @returns {Intl.DateTimeFormatOptions} */
const hours = (isHalf) =>
	isHalf
		? { hour: "numeric", minute: "2-digit", hour12: true }
		: { hour: "2-digit", minute: "2-digit", hourCycle: "h23" };

/** Writes times as the user wants to read them. */
export class Clock {
	/**
	 * @param {string} language - of the texts @param {string} timeFormat - Home Assistant's setting
	 * @param {string} zone @param {string} [users] - the user's language
	 */
	constructor(language, timeFormat, zone, users = language) {
		/** @param {Intl.DateTimeFormatOptions} options */
		const writer = (options) => {
			const format = new Intl.DateTimeFormat(language, { ...options, timeZone: zone });
			return (/** @type {number} */ time) => format.format(time * 1000);
		};
		this.zone = zone;
		this.time = writer(hours(countsToTwelve(timeFormat, users)));
		this.weekday = writer({ weekday: "short" });
		this.longWeekday = writer({ weekday: "long" });
		this.day = writer({ day: "numeric" });
		this.date = writer({ weekday: "long", day: "numeric", month: "long" });
		this.shortDate = writer({ weekday: "short", day: "numeric", month: "short" });
		this.relativeFormat = new Intl.RelativeTimeFormat(language, { numeric: "auto" });
	}

	/** Return how many days on the calendar it is until a time. @param {number} time @param {number} now */
	#daysTo(time, now) {
		return Math.round((startOfDay(time, this.zone) - startOfDay(now, this.zone)) / DAY);
	}

	/**
	 * Write the day as a word when it is yesterday, today or tomorrow, else as a date.
	 * @param {number} time @param {number} now
	 */
	dayWord(time, now) {
		const days = this.#daysTo(time, now);
		if (Math.abs(days) <= 1) return this.relativeFormat.format(days, "day");
		return days > 1 && days < 7 ? this.longWeekday(time) : this.shortDate(time);
	}

	/** Write day and clock time. @param {number} time @param {number} now */
	dayAndTime(time, now) {
		return `${this.dayWord(time, now)} ${this.time(time)}`;
	}

	/**
	 * Write how long ago something was, or in how long it will be.
	 * @param {number} time @param {number} now
	 */
	relative(time, now) {
		const away = time - now;
		const distance = Math.abs(away);
		const days = this.#daysTo(time, now);
		/** @param {number} count @param {Intl.RelativeTimeFormatUnit} unit */
		const write = (count, unit) => this.relativeFormat.format(Math.round(count), unit);
		if (distance < 45) return write(0, "second");
		if (distance < 45 * 60) return write(away / 60, "minute");
		// The words for days are those of the calendar: what is on the same day is not yesterday.
		return distance < 22 * HOUR || !days ? write(away / HOUR, "hour") : write(days, "day");
	}
}

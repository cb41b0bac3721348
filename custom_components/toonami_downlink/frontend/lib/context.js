import { numberWriter } from "../model/numbers.js";
import { Clock, zoneOf } from "../model/time.js";

/** Seconds since 1970, now. */
export const now = () => Date.now() / 1000;

/** What pages work with. A new one is made when the user's language, zone or rights change. */
export class Context {
	#hass;

	/** @param {() => Hass} hass @param {Strings} text @param {Store} store */
	constructor(hass, text, store) {
		const { locale, user } = hass();
		this.#hass = hass;
		this.text = text;
		this.store = store;
		const { language, number_format: numberFormat, time_format: timeFormat } = locale;
		this.clock = new Clock(text.dialect(language), timeFormat, zoneOf(hass()), language);
		this.number = numberWriter(text.dialect(language), numberFormat);
		this.isAdmin = Boolean(user?.is_admin);
	}

	/** Home Assistant as it is now. */
	get hass() {
		return this.#hass();
	}

	/** Whether the user may watch television here. */
	get mayWatch() {
		return this.isAdmin || this.store.loaded?.users_may_watch !== false;
	}

	/** Return the integration's config entry, if there is one; only administrators may. */
	async entry() {
		const message = { type: "config_entries/get", domain: "toonami_downlink" };
		return (await this.hass.connection.sendMessagePromise(message))[0];
	}

	/** @type {Strings["get"]} */
	t = (key, values) => this.text.get(key, values, this.number);

	/** Write day and clock time. @param {number | null} time */
	dayAndTime = (time) => this.clock.dayAndTime(time ?? 0, now());
}

/** The card's configuration, and what it draws. */

/** No title in the guide is longer. */
const MAX_TITLE = 500;

/** @param {unknown} title @returns {title is string} */
const isTitle = (title) => typeof title === "string" && title.length <= MAX_TITLE;

/** @param {unknown} name @returns {name is string | number} */
const isName = (name) => /^[1-9]\d*$|^[a-z]\w*$/.test(String(name));

/** @param {CardConfig} config @param {"tap_action" | "hold_action"} name */
function actionOf(config, name) {
	const action = config[name];
	if (action !== undefined && typeof action?.action !== "string") {
		throw new Error(`${name}: an action of Home Assistant, such as {action: none}`);
	}
	return action;
}

/**
 * Fill in what a configuration leaves out. Throws an Error that says what is wrong with it.
 * @param {CardConfig} config @returns {CardSettings}
 */
export function readConfig(config) {
	const { channels = [], hours = 3, title = "" } = config;
	if (!Array.isArray(channels)) throw new Error("channels: a list of channel numbers");
	if (!channels.every(isName)) {
		throw new Error("channels: a channel is meant by its number, from 1, or by its key");
	}
	if (!(Number(hours) >= 1 && Number(hours) <= 12)) throw new Error("hours: from 1 to 12");
	if (!isTitle(title)) throw new Error("title: the title of a programme");
	return {
		names: channels.map(String),
		hours: Number(hours),
		picture: config.picture !== false,
		next: config.next !== false,
		guide: config.guide === true,
		title: title.trim(),
		tap: actionOf(config, "tap_action"),
		hold: actionOf(config, "hold_action"),
		fits: typeof config.grid_options?.rows === "number",
	};
}

/**
 * Return the chosen channels in the order of the configuration.
 * @param {Channel[]} channels @param {string[]} names - numbers or keys
 */
export function chosen(channels, names) {
	if (!names.length) return channels;
	const byName = new Map(
		channels.flatMap((channel) => [[String(channel.number), channel], [channel.key, channel]]),
	);
	return names.flatMap((name) => byName.get(name) ?? []);
}

/**
 * Return where a programme is in a window of time, as parts of its width.
 * @param {Times} programme @param {number} from @param {number} until
 */
export function placeOf({ start, stop }, from, until) {
	const left = Math.max(0, (start - from) / (until - from));
	const right = Math.min(1, (stop - from) / (until - from));
	return { left, width: right - left };
}

/** How many showings of a title are drawn. */
const SHOWINGS = 3;

/**
 * Return the next showings of a title, what is on air first.
 * @param {[number, ...Row][]} results - of a search, the soonest first
 * @param {string} title @param {number} time
 */
export function showingsOf(results, title, time) {
	const wanted = title.toLowerCase();
	return results
		.map(([number, start, stop, found, episode_title, season, episode]) => ({
			...{ number, start, stop, title: found, episode_title, season, episode },
		}))
		.filter((showing) => showing.stop > time && showing.title.toLowerCase() === wanted)
		.slice(0, SHOWINGS);
}

/** The card's configuration, and what it draws. */

/**
 * Fill in what a configuration leaves out. Throws an Error that says what is wrong with it.
 * @param {CardConfig} config @returns {CardSettings}
 */
export function readConfig(config) {
	const { channels = [], hours = 3 } = config;
	if (!Array.isArray(channels)) throw new Error("channels: a list of channel numbers");
	const numbers = channels.map(Number);
	if (!numbers.every((number) => Number.isInteger(number) && number > 0)) {
		throw new Error("channels: a channel is meant by its number, from 1");
	}
	if (!(Number(hours) >= 1 && Number(hours) <= 12)) throw new Error("hours: from 1 to 12");
	return {
		numbers,
		hours: Number(hours),
		picture: config.picture !== false,
		next: config.next !== false,
		guide: config.guide === true,
	};
}

/**
 * Return the chosen channels in the order of the configuration.
 * @param {Channel[]} channels @param {number[]} numbers
 */
export function chosen(channels, numbers) {
	if (!numbers.length) return channels;
	const byNumber = new Map(channels.map((channel) => [channel.number, channel]));
	return numbers.flatMap((number) => byNumber.get(number) ?? []);
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

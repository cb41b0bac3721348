// @ts-check
/** The card's configuration, and what it shows of the station. */

/** @import {Channel} from "./types.js" */
/**
 * @typedef {object} CardConfig
 * @property {string} [type]
 * @property {(string | number)[]} [channels] - their numbers; all when there are none
 * @property {boolean} [picture] - whether the first channel is large, with the picture on air
 * @property {boolean} [next] - whether to say what comes next
 * @property {boolean} [guide] - whether to draw the next hours
 * @property {number} [hours] - how many of them
 */

/** The channels that the editor offers; others can be typed in by their number. */
const KNOWN = [
  "Toonami Aftermath East",
  "Toonami Aftermath West",
  "Snickelodeon East",
  "Snickelodeon West",
  "MTV97",
  "Movies",
  "Toonami Aftermath Radio",
];

/**
 * Check a configuration and fill in what it leaves out. Throws an error that says what is wrong.
 *
 * @param {CardConfig} config
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
 *
 * @param {Channel[]} channels
 * @param {number[]} numbers
 */
export function chosen(channels, numbers) {
  if (!numbers.length) return channels;
  const byNumber = new Map(channels.map((channel) => [channel.number, channel]));
  return numbers.flatMap((number) => byNumber.get(number) ?? []);
}

/**
 * The editor, as Home Assistant's forms describe it.
 *
 * @param {(key: string) => string} t
 */
export function formOf(t) {
  return {
    schema: [
      {
        name: "channels",
        selector: {
          select: {
            multiple: true,
            custom_value: true,
            options: KNOWN.map((label, index) => ({ value: `${index + 1}`, label })),
          },
        },
      },
      { name: "picture", default: true, selector: { boolean: {} } },
      { name: "next", default: true, selector: { boolean: {} } },
      { name: "guide", selector: { boolean: {} } },
      {
        name: "hours",
        default: 3,
        selector: { number: { min: 1, max: 12, mode: "slider", unit_of_measurement: "h" } },
      },
    ],
    computeLabel: (/** @type {{name: string}} */ { name }) => t(`card.${name}`),
    computeHelper: (/** @type {{name: string}} */ { name }) =>
      name === "channels" ? t("card.channels_help") : undefined,
  };
}

/**
 * Where a programme is in a window of time, as parts of its width.
 *
 * @param {{start: number, stop: number}} programme
 * @param {number} from
 * @param {number} until
 */
export function placeOf({ start, stop }, from, until) {
  const left = Math.max(0, (start - from) / (until - from));
  const right = Math.min(1, (stop - from) / (until - from));
  return { left, width: right - left };
}

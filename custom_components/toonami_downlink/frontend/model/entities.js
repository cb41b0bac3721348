/** Which of Home Assistant's entities belong to which channel. */

const DOMAIN = "toonami_downlink";

/** The numbers of the channels that Toonami Aftermath has had for long, by key. */
const NUMBERS = ["toonami_east", "toonami_west", "snick_east", "snick_west", "mtv97", "movies", "radio"];

/**
 * Return the key of the channel that an entity belongs to; undefined for none.
 * @param {Hass} hass @param {string} entityId
 */
function channelKey({ entities = {}, devices = {} }, entityId) {
	const entity = entities[entityId];
	if (entity?.platform !== DOMAIN || !entity.device_id) return undefined;
	const { identifiers = [], model } = devices[entity.device_id] ?? {};
	// The device of the integration itself has no model.
	return model ? identifiers.find(([domain]) => domain === DOMAIN)?.[1] : undefined;
}

/**
 * Return the sensor of what is on a channel; undefined when the user has none.
 * @param {Hass} hass @param {string} key
 */
export function sensorOf(hass, key) {
	return Object.keys(hass.entities ?? {}).find(
		(id) =>
			hass.entities?.[id].translation_key === "now_playing" && channelKey(hass, id) === key,
	);
}

/**
 * Return cards that show what an entity is about: its channel, that with the next hours, and the
 * next showings of the title that it says; none for what is not about a channel.
 * @param {Hass} hass @param {string} entityId @param {string} type
 */
export function suggestions(hass, entityId, type) {
	const key = channelKey(hass, entityId);
	if (!key) return null;
	const number = NUMBERS.indexOf(key) + 1;
	const channels = [number ? String(number) : key];
	const title = entityId.startsWith("sensor.") ? hass.states[entityId]?.state : undefined;
	const found = [{ config: { type, channels } }, { config: { type, channels, guide: true } }];
	return title && !["unknown", "unavailable"].includes(title)
		? [...found, { label: title, config: { type, title } }]
		: found;
}

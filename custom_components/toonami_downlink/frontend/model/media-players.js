/** The media players in the house that a channel can be played on. */

const PLAY_MEDIA = 512;

/** What has a screen comes first; of what says nothing of itself, most have one. */
const RANKS = /** @type {Record<string, number>} */ ({ tv: 0, projector: 0, receiver: 2, speaker: 3 });

/** @param {Entity} entity */
const rankOf = ({ attributes }) => RANKS[attributes.device_class] ?? 1;

/**
 * Return the name of the area that a player is in, by itself or with its device.
 * @param {Hass} hass @param {string} id
 */
function areaOf({ entities = {}, devices = {}, areas = {} }, id) {
	const entity = entities[id];
	const places = [entity, devices[entity?.device_id ?? ""]].map((item) => item?.area_id ?? "");
	return areas[places.find(Boolean) ?? ""]?.name ?? "";
}

/**
 * Return the media players that can play a channel by area, televisions first; those without an
 * area come last, and speakers only for the radio.
 * @param {Hass} hass @param {boolean} isRadio @returns {PlayerGroup[]}
 */
export function mediaPlayers(hass, isRadio) {
	const found = Object.values(hass.states)
		.filter(
			({ entity_id: id, state, attributes }) =>
				id.startsWith("media_player.") &&
				state !== "unavailable" &&
				(attributes.supported_features ?? 0) & PLAY_MEDIA &&
				(isRadio || attributes.device_class !== "speaker"),
		)
		.map((entity) => {
			const { entity_id: id, attributes } = entity;
			const name = String(attributes.friendly_name ?? id);
			return { id, name, rank: rankOf(entity), area: areaOf(hass, id) };
		})
		.sort((a, b) => a.rank - b.rank || a.name.localeCompare(b.name));
	/** @type {Map<string, PlayerGroup>} */
	const groups = new Map();
	for (const { id, name, rank, area } of found) {
		const group = groups.get(area) ?? { area, rank, players: [] };
		groups.set(area, group);
		group.players.push({ id, name });
	}
	return [...groups.values()].sort(
		(a, b) =>
			Number(!a.area) - Number(!b.area) || a.rank - b.rank || a.area.localeCompare(b.area),
	);
}

/**
 * Return the player to propose: the one chosen or used last, else the first.
 * @param {PlayerGroup[]} groups @param {string} wanted
 */
export function proposedPlayer(groups, wanted) {
	const ids = groups.flatMap(({ players }) => players.map(({ id }) => id));
	return ids.includes(wanted) ? wanted : ids[0];
}

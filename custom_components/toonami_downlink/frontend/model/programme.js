/** How a programme is put into words. */

/**
 * Return an address of a picture that may be loaded; undefined for anything but http and https.
 * @param {string | null | undefined} url
 */
export function safeImage(url) {
	if (!url || !URL.canParse(url)) return undefined;
	const { protocol, href } = new URL(url);
	return protocol === "https:" || protocol === "http:" ? href : undefined;
}

/**
 * Return the programme when it is a real one; undefined for none, and for what fills a gap.
 * @template {{filler: boolean}} T @param {T | null} programme @returns {T | undefined}
 */
export function known(programme) {
	return programme && !programme.filler ? programme : undefined;
}

/**
 * Write season and episode: `S2 E5`, or what is known of it.
 * @param {{season: number | null, episode: number | null}} programme @param {Strings} text
 */
export function episodeCode({ season, episode }, text) {
	if (season !== null && episode !== null) return text.get("episode.both", { season, episode });
	if (episode !== null) return text.get("episode.number", { episode });
	return season === null ? "" : text.get("episode.season", { season });
}

/**
 * Write code and name of the episode in one line.
 * @param {{season: number | null, episode: number | null}} programme @param {string | null} title
 * @param {Strings} text
 */
export function episodeLine(programme, title, text) {
	return [episodeCode(programme, text), title].filter(Boolean).join(" · ");
}

/**
 * Group the credits of a programme by role, in the order in which the roles come.
 * @param {{role: string, name: string}[]} credits @returns {[string, string[]][]}
 */
export function creditsByRole(credits) {
	/** @type {Map<string, string[]>} */
	const roles = new Map();
	for (const { role, name } of credits) roles.set(role, [...(roles.get(role) ?? []), name]);
	return [...roles];
}

const PLAY_MEDIA = 512;

/**
 * List the media players that can be told to play a channel, the one used last first.
 * @param {Record<string, Entity>} states @param {string} lastUsed
 */
export function mediaPlayers(states, lastUsed) {
	return Object.values(states)
		.filter(
			({ entity_id: id, state, attributes }) =>
				id.startsWith("media_player.") &&
				state !== "unavailable" &&
				(attributes.supported_features ?? 0) & PLAY_MEDIA,
		)
		.map(({ entity_id: id, attributes }) => ({ id, name: attributes.friendly_name ?? id }))
		.sort(
			(a, b) =>
				Number(b.id === lastUsed) - Number(a.id === lastUsed) || a.name.localeCompare(b.name),
		);
}

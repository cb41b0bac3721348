/** Questions about one programme, and words for it. */

/**
 * Return a picture's address; undefined for anything but http and https.
 * @param {string | null | undefined} url
 */
export function safeImage(url) {
	if (!url || !URL.canParse(url)) return undefined;
	const { protocol, href } = new URL(url);
	return protocol === "https:" || protocol === "http:" ? href : undefined;
}

/**
 * Return the programme; undefined for none, and for filler.
 * @template {{filler: boolean}} T @param {T | null} programme @returns {T | undefined}
 */
export function known(programme) {
	return programme && !programme.filler ? programme : undefined;
}

/**
 * Return whether a programme is on air.
 * @param {Times & {filler?: boolean}} programme @param {number} time
 */
export function isOnAir({ start, stop, filler }, time) {
	return !filler && start <= time && time < stop;
}

/**
 * Write season and episode: `S2 E5`, or what is known of it.
 * @param {EpisodeNumbers} programme @param {Strings} text
 */
export function episodeCode({ season, episode }, text) {
	if (season !== null && episode !== null) return text.get("episode.both", { season, episode });
	if (episode !== null) return text.get("episode.number", { episode });
	return season === null ? "" : text.get("episode.season", { season });
}

/**
 * Write the title; of several that are shown as one, with their number.
 * @param {{title: string, parts?: unknown[]}} programme
 */
export const titleOf = ({ title, parts }) => (parts ? `${title} · ${parts.length}×` : title);

/**
 * Write code and name of the episode in one line.
 * @param {EpisodeNumbers} programme @param {string | null} title
 * @param {Strings} text
 */
export function episodeLine(programme, title, text) {
	return [episodeCode(programme, text), title].filter(Boolean).join(" · ");
}

/**
 * Return when a programme is on again, the soonest first: the same episode; of one without number
 * and name, the same title.
 * @template {Times & EpisodeNumbers & {episode_title: string | null}} T
 * @param {Partial<Details> & Times} programme @param {T[]} showings - of its title
 * @param {number} now @returns {T[]}
 */
export function nextShowing({ start, season = null, episode = null, episode_title = null }, showings, now) {
	const isKnown = episode !== null || episode_title !== null;
	return showings
		.filter((item) => item.start > now && item.start !== start)
		.filter((item) => !isKnown || (episode === null ? item.episode_title === episode_title
			: item.episode === episode && item.season === season))
		.sort((a, b) => a.start - b.start);
}

/**
 * Group credits by role, in the order in which the roles come.
 * @param {{role: string, name: string}[]} credits @returns {[string, string[]][]}
 */
export function creditsByRole(credits) {
	/** @type {Map<string, string[]>} */
	const roles = new Map();
	for (const { role, name } of credits) roles.set(role, [...(roles.get(role) ?? []), name]);
	return [...roles];
}

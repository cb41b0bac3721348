/** What each player has to be told, in its order and its words. */

/** @type {Recipe[]} */
export const RECIPES = [
	{ id: "tivimate", name: "TiviMate", steps: [["playlist"], ["guide"], []] },
	{ id: "smarters", name: "IPTV Smarters", steps: [["username", "password", "server"], []] },
	{ id: "kodi", name: "Kodi", steps: [[], ["playlist"], ["guide"], []] },
	{ id: "jellyfin", name: "Jellyfin", steps: [["playlist"], ["guide"], []] },
	{ id: "plex", name: "Plex", steps: [["tuner"], ["guide"], []] },
	{ id: "vlc", name: "VLC", steps: [["playlist"], []] },
	{ id: "channels", name: "Channels DVR", steps: [["playlist"], ["guide"], []] },
	{
		id: "other",
		name: "",
		steps: [["playlist", "guide"], ["server", "username", "password"], []],
	},
];

/** @type {Field[]} */
export const EVERYTHING = [
	"playlist", "guide", "guide_gz", "server", "server_prefix", "username", "password", "tuner",
];

export const MASK = "••••••••";

/**
 * Return what to type into a field; undefined when there is nothing, such as without a tuner.
 * @param {Field} field @param {ConnectData} data @param {string} origin
 */
export function valueOf(field, data, origin) {
	switch (field) {
		case "username":
		case "password":
			return data[field];
		case "server":
			return origin;
		case "server_prefix":
			return origin + data.xtream;
		case "tuner":
			return data.hdhomerun === null ? undefined : origin + data.hdhomerun;
		case "guide_gz":
			return `${origin}${data.guide}.gz`;
		default:
			return origin + data[field];
	}
}

/**
 * Return a value with its secret part masked; the value itself when there is no secret in it.
 * @param {Field} field @param {string} value @param {ConnectData} data
 */
export function masked(field, value, data) {
	if (field === "password") return MASK;
	const token = data.playlist.split("/").at(-2) ?? "";
	return token ? value.replace(token, MASK) : value;
}

/** @param {SeenPlayer} seen */
const keyOf = ({ address, player, asked }) => `${address} ${player} ${asked}`;

/**
 * Note how often each player has asked for each thing, to see later what is new. The clocks of
 * Home Assistant and of the browser may differ: times would not tell.
 * @param {SeenPlayer[]} players
 */
export function countsOf(players) {
	return new Map(players.map((seen) => [keyOf(seen), seen.count]));
}

/** @param {SeenPlayer} seen @param {Map<string, number> | undefined} before */
export function isNew(seen, before) {
	return before !== undefined && seen.count > (before.get(keyOf(seen)) ?? 0);
}

/**
 * Return the newest successful request since then, of a player or of any.
 * @param {SeenPlayer[]} players - the newest first @param {Recipe} recipe
 * @param {Map<string, number> | undefined} before
 */
export function arrival(players, recipe, before) {
	const fresh = players.filter((seen) => seen.result === "ok" && isNew(seen, before));
	return fresh.find(({ player }) => player === recipe.name) ?? fresh[0];
}

/**
 * Group what was seen by player: what each asked for, the newest first.
 * @param {SeenPlayer[]} players - the newest first
 */
export function byPlayer(players) {
	/** @type {Map<string, {address: string, player: string, when: number, asked: SeenPlayer[]}>} */
	const groups = new Map();
	for (const seen of players) {
		const key = `${seen.address} ${seen.player}`;
		const group = groups.get(key);
		if (group) group.asked.push(seen);
		else groups.set(key, { ...seen, asked: [seen] });
	}
	return [...groups.values()];
}

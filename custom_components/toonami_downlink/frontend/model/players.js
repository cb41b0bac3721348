/** What to enter into each player, and who was seen. */

/** What is short enough to be typed with a remote control. @type {Field[]} */
const TYPED = ["server", "username", "password"];

/** The steps for each player, what needs no typing first. @type {Recipe[]} */
export const RECIPES = [
	{ id: "house", name: "", steps: [[], []] },
	{ id: "googletv", name: "", steps: [[], TYPED, []] },
	{ id: "firetv", name: "", steps: [[], TYPED, []] },
	{ id: "appletv", name: "", steps: [[], TYPED, []] },
	{ id: "tivimate", name: "TiviMate", steps: [TYPED, []] },
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

/** All fields. @type {Field[]} */
export const EVERYTHING = [
	"short_url", "playlist", "guide", "guide_gz", "server", "server_prefix", "username", "password", "tuner",
];

export const MASK = "••••••••";

/**
 * Return what to enter into a field; undefined for the tuner when there is none.
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
 * Return a value with the secret in it masked.
 * @param {Field} field @param {string} value @param {ConnectData} data
 */
export function masked(field, value, data) {
	if (field === "password") return MASK;
	const token = data.playlist.split("/").at(-2) ?? "";
	return token ? value.replace(token, MASK) : value;
}

/** Return a player's name. @param {{player: string}} seen @param {Strings["get"]} t */
export const playerName = ({ player }, t) => (player === "?" ? t("seen.unknown") : player);

/** @param {SeenPlayer} seen */
const keyOf = ({ address, player, asked }) => `${address} ${player} ${asked}`;

/**
 * Return how often each player asked for each thing, to see later what is new: times would not
 * tell, because the clocks of Home Assistant and of the browser may differ.
 * @param {SeenPlayer[]} players
 */
export function countsOf(players) {
	return new Map(players.map((seen) => [keyOf(seen), seen.count]));
}

/**
 * Return whether a player has asked since then.
 * @param {SeenPlayer} seen @param {RequestCounts} before
 */
export function isNew(seen, before) {
	return before !== undefined && seen.count > (before.get(keyOf(seen)) ?? 0);
}

/**
 * Return the newest successful request since then: of the player, else of any.
 * @param {SeenPlayer[]} players - the newest first @param {Recipe} recipe
 * @param {RequestCounts} before
 */
export function arrival(players, recipe, before) {
	const fresh = players.filter(
		(seen) => seen.asked !== "page" && seen.result === "ok" && isNew(seen, before),
	);
	return fresh.find(({ player }) => player === recipe.name) ?? fresh[0];
}

/**
 * Return the newest request by a short address since then.
 * @param {SeenPlayer[]} players - the newest first @param {RequestCounts} before
 */
export function opened(players, before) {
	return players.find(
		(seen) => seen.asked === "short" && seen.result === "ok" && isNew(seen, before),
	);
}

/**
 * Return the short address in two parts: the code is what differs from house to house.
 * @param {ConnectData} data @param {string} origin
 */
export function typed({ short_url }, origin) {
	const end = short_url.lastIndexOf("/") + 1;
	return { start: origin + short_url.slice(0, end), code: short_url.slice(end) };
}

/** Group requests by player, the newest first. @param {SeenPlayer[]} players - the newest first */
export function byPlayer(players) {
	/** @type {Map<string, PlayerRequests>} */
	const groups = new Map();
	for (const seen of players) {
		const key = `${seen.address} ${seen.player}`;
		const group = groups.get(key);
		if (group) group.asked.push(seen);
		else groups.set(key, { ...seen, asked: [seen] });
	}
	return [...groups.values()];
}

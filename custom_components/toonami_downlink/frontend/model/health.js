/** How the integration is: one word, and so many of four bars. */

/** How each condition looks. @type {Record<Condition, {bars: number, tone: Tone}>} */
export const LOOKS = {
	receiving: { bars: 4, tone: "live" },
	refreshing: { bars: 3, tone: "signal" },
	stale: { bars: 2, tone: "warn" },
	not_refreshed: { bars: 2, tone: "warn" },
	signal_lost: { bars: 1, tone: "alert" },
	no_signal: { bars: 0, tone: "alert" },
	tuning: { bars: 0, tone: "dim" },
	not_loaded: { bars: 0, tone: "dim" },
	offline: { bars: 0, tone: "alert" },
};

/**
 * Return how the integration is.
 * @param {OverviewEvent | undefined} overview @param {boolean} online
 * @returns {Condition}
 */
export function conditionOf(overview, online) {
	if (!online) return "offline";
	if (!overview) return "tuning";
	if (!overview.loaded) return "not_loaded";
	if (overview.refreshing) return "refreshing";
	if (overview.generation === null) return "no_signal";
	if (overview.lost?.length) return "signal_lost";
	if (overview.health.reason === "refresh_failed") return "not_refreshed";
	return overview.health.reason === "guide_stale" ? "stale" : "receiving";
}

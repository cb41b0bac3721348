/** Who watches what, and how the channels are. */

/** What the relay's reasons mean for people, by the end of a string's key. */
const MEANINGS = /** @type {Record<string, string[]>} */ ({
	address: ["bad_address", "internal_address", "downgrade", "redirects", "no_address"],
	connection: ["unreachable", "silent", "too_slow", "broken_off"],
	certificate: ["certificate"],
	refused: ["not_found", "status"],
	content: [
		"bad_answer", "encoded", "too_large", "empty", "web_page", "json", "image", "not_media",
		"corrupt", "not_a_playlist", "bad_playlist", "too_many", "nested",
	],
	still: ["ended", "frozen", "backwards"],
	format: [
		"encrypted", "byte_ranges", "fragmented_mp4", "packed_audio", "separate_tracks",
		"i_frames_only", "delta_updates", "variables",
	],
});

/** Return what a reason means: the end of a string's key. @param {string | null} reason */
export function meaningOf(reason) {
	const found = Object.entries(MEANINGS).find(([, reasons]) => reasons.includes(reason ?? ""));
	return found?.[0] ?? "unknown";
}

/** How a session's stream is called where people look it up. */
export const KINDS = { hls: "HLS", ts: "MPEG-TS" };

/**
 * Return how a channel's signal is.
 * @param {ChannelSignal} channel @returns {"receiving" | "signal_lost" | "idle"}
 */
export function signalOf({ running, slate_since: lostSince }) {
	if (!running) return "idle";
	return lostSince ? "signal_lost" : "receiving";
}

/** Write a size. @param {number} bytes @param {WriteNumber} write */
export function sizeOf(bytes, write) {
	const units = /** @type {const} */ ([[1e9, "gigabyte"], [1e6, "megabyte"], [1e3, "kilobyte"]]);
	const [size, unit] = units.find(([least]) => bytes >= least) ?? units[2];
	const style = { style: /** @type {const} */ ("unit"), unit, maximumFractionDigits: 1 };
	return write(bytes / size, style);
}

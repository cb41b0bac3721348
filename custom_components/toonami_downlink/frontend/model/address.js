/** The addresses that players can be given. */

/** Milliseconds: whoever is in the house answers sooner. */
const TIMEOUT = 3000;
const PRIVATE = /^(10\.|192\.168\.|172\.(1[6-9]|2\d|3[01])\.|\[f[cd])/;
/** What Docker calls the inside of its containers, which no other device can reach. */
const CONTAINER = /^172\.17\./;

/**
 * Return why other devices may not reach an address, as the end of a string's key.
 * @param {string} origin
 */
export function warningFor(origin) {
	const { hostname: host } = new URL(origin);
	if (host === "localhost" || host.startsWith("127.") || host === "[::1]") return "localhost";
	if (host.endsWith(".local")) return "mdns";
	if (host.endsWith(".ui.nabu.casa")) return "cloud";
	// An address of IPv6 has no dots, but brackets.
	if (!host.includes(".") && !host.startsWith("[")) return "short_name";
	return undefined;
}

/** @param {string} origin */
function rank(origin) {
	const warning = warningFor(origin);
	if (!warning && PRIVATE.test(new URL(origin).hostname)) return -1;
	return [undefined, "short_name", "mdns", "cloud", "localhost"].indexOf(warning);
}

/** @param {string} url */
const isContainer = (url) => CONTAINER.test(new URL(url).hostname);

/**
 * Return the addresses to choose from, the one that most players can use first; without the
 * inside of a container, unless the browser came from there.
 * @param {string[]} known @param {string} browser
 */
export function candidates(known, browser) {
	const reachable = known.filter((url) => !isContainer(url) || isContainer(browser));
	const all = [...new Set([browser, ...reachable].map((url) => new URL(url).origin))];
	return all.sort((a, b) => rank(a) - rank(b));
}

/**
 * Return which address to begin with: the first that answers, else the first that the browser may
 * not try, else the first; and how trying it went. All are tried at the same time.
 * @param {string[]} origins @param {(origin: string) => Promise<Verdict>} check
 */
export async function proposal(origins, check) {
	const trying = origins.map(async (origin) => ({ origin, verdict: await check(origin) }));
	for (const attempt of trying) {
		const tried = await attempt;
		if (tried.verdict === "ok") return tried;
	}
	const all = await Promise.all(trying);
	return all.find(({ verdict }) => verdict === "blocked") ?? all[0];
}

/**
 * Return the origin of what the user typed; undefined when it is not an address.
 * @param {string} typed
 */
export function parseOrigin(typed) {
	const trimmed = typed.trim();
	const url = /^https?:\/\//i.test(trimmed) ? trimmed : `http://${trimmed}`;
	if (!trimmed || !URL.canParse(url)) return undefined;
	return new URL(url).origin;
}

/**
 * Check whether an address leads to this Home Assistant.
 * @param {string} origin @param {string} version
 * @param {string} page @param {typeof window.fetch} fetch
 * @returns {Promise<Verdict>}
 */
export async function checkAddress(origin, version, page, fetch) {
	if (page.startsWith("https:") && origin.startsWith("http:")) return "blocked";
	try {
		const response = await fetch(`${origin}/api/toonami_downlink/health`, {
			cache: "no-store",
			credentials: "omit",
			signal: AbortSignal.timeout(TIMEOUT),
		});
		return (await response.json()).version === version ? "ok" : "other";
	} catch (error) {
		return error instanceof SyntaxError ? "other" : "unreachable";
	}
}

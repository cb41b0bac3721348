/** Small values that this browser keeps, by key. */

const PREFIX = "toonami-downlink-";

/** Return the stored value; empty when there is none. @param {string} key */
export function storedValue(key) {
	try {
		return localStorage.getItem(PREFIX + key) ?? "";
	} catch {
		return "";
	}
}

/** Store a value. @param {string} key @param {string} value */
export function storeValue(key, value) {
	try {
		localStorage.setItem(PREFIX + key, value);
	} catch {
		// Private windows may forbid it; then it is asked for again next time.
	}
}

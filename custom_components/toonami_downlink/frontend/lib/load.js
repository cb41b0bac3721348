const ATTEMPTS = 4;
const PAUSE = 1000;

/** Load a file of the panel, with retries. @param {string} path @returns {Promise<Response>} */
export async function load(path) {
	for (let attempt = 1; ; attempt += 1) {
		try {
			const response = await fetch(new URL(`../${path}`, import.meta.url));
			if (response.ok || attempt === ATTEMPTS) return response;
		} catch (error) {
			if (attempt === ATTEMPTS) throw error;
		}
		await new Promise((resolve) => setTimeout(resolve, PAUSE));
	}
}

/**
 * Return the content of a JSON file that travels with the code.
 * @param {string} _path
 * @param {any} [content] - which the server puts in, when it puts the modules together
 */
export function loadData(_path, content = {}) {
	return content;
}

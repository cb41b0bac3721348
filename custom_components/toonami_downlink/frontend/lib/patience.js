/** Fail after so many milliseconds. @param {number} milliseconds @returns {Promise<never>} */
export function failure(milliseconds) {
	return new Promise((_, reject) => {
		setTimeout(() => reject(new Error("no answer")), milliseconds);
	});
}

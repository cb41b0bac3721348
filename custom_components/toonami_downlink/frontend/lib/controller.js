/** A part of a page that has a memory of its own. */
export class Controller {
	/** @param {() => void} redraw */
	constructor(redraw) {
		this.redraw = redraw;
	}
}

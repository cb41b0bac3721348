/** A part of an element with a state of its own. */
export class Controller {
	/** @param {{redraw(): void}} host */
	constructor(host) {
		this.host = host;
	}

	/** Let the element be drawn. */
	redraw() {
		this.host.redraw();
	}
}

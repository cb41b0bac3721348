import { Controller, html, nothing } from "../lib/index.js";
import { outdated } from "./states.js";

/**
 * Keeps the sheet of the guide's page as the address says: a programme is open when its channel and
 * its start are there. The sheet's code is loaded when it is first needed.
 */
export class SheetHost extends Controller {
	/** The address that the sheet is in step with. */
	#followed = "";
	/** What was chosen on this page: so much is known before its details are loaded. @type {ChoiceEvent["detail"] | undefined} */
	#chosen;
	/** @type {Promise<unknown> | undefined} */
	#loading;
	/** @type {"" | "gone" | "unknown" | "outdated"} */
	#trouble = "";

	/** @param {GuidePage} page */
	constructor(page) {
		super(page);
		this.page = page;
	}

	get isOpen() {
		return Boolean(this.#sheet?.isOpen);
	}

	/** @returns {ProgrammeSheet | null} */
	get #sheet() {
		return /** @type {any} */ (this.page.root.querySelector("tdl-sheet"));
	}

	/** @param {Context} context */
	template(context) {
		// Before its code is there, the element must not be made.
		if (!customElements.get("tdl-sheet")) return nothing;
		return html`<tdl-sheet .context=${context} @close=${this.#onClose} @choose=${this.#onChoose}
			@missing=${this.#onMissing}></tdl-sheet>`;
	}

	/** Say why what the address names is not shown. @param {Context} context */
	note(context) {
		if (this.#trouble === "outdated") return outdated(context);
		const said = this.#trouble ? context.t(`guide.${this.#trouble}`) : nothing;
		return html`<p class="note" role="status">${said}</p>`;
	}

	/** Go to a programme. @param {Channel} channel @param {Shown} programme */
	open(channel, programme) {
		this.#chosen = { channel, programme };
		this.#trouble = "";
		this.page.places.go({ channel: channel.number, start: programme.start, date: null });
	}

	/** Show what the address says. @param {Channel[]} channels */
	follow(channels) {
		const { places } = this.page;
		const { channel: number, start, watch } = places.place;
		const wanted = number ?? watch;
		const channel = channels.find((item) => item.number === wanted);
		if (wanted !== null && !channel) {
			this.#trouble = "unknown";
			places.replace({ channel: null, start: null, date: null });
			return;
		}
		const address = `${number}/${start}`;
		if (address === this.#followed) return;
		this.#followed = address;
		if (start === null) this.#sheet?.close();
		else if (channel) this.#show(channel, start);
	}

	/** Load its code, once; it is asked for again when it could not be had. */
	load() {
		this.#loading ??= import("./programme-sheet.js").catch(() => {
			this.#loading = undefined;
		});
		return this.#loading;
	}

	/** @param {Channel} channel @param {number} start */
	async #show(channel, start) {
		const address = this.#followed;
		if (!(await this.load())) {
			// After an update, the files that this page was loaded from are gone.
			this.#trouble = "outdated";
			this.redraw();
			return;
		}
		if (address !== this.#followed) return;
		if (!this.#sheet) this.page.draw();
		const chosen = this.#knownOf(channel, start);
		const isFound = await this.#sheet?.open(channel, start, chosen);
		if (isFound && !chosen) this.page.arrive(start);
	}

	/** @param {Channel} channel @param {number} start */
	#knownOf({ number }, start) {
		const { channel, programme } = this.#chosen ?? {};
		return channel?.number === number && programme?.start === start ? programme : undefined;
	}

	#onClose = () => {
		if (this.page.places.place.start !== null) this.page.places.leave({ start: null });
	};

	/** Another showing of what is open. @param {ChoiceEvent} event */
	#onChoose = ({ detail }) => {
		this.#chosen = detail;
		const { channel, programme } = detail;
		this.page.places.replace({ channel: channel.number, start: programme.start, date: null });
	};

	#onMissing = () => {
		this.#trouble = "gone";
		this.page.places.replace({ start: null });
		this.redraw();
	};
}

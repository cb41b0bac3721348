import { Controller, html, nothing } from "../lib/index.js";

/**
 * The key of what is said. An import takes the page away for a moment: the next one says it.
 */
let said = "";

/** The card for who has set up Home Assistant anew. What it can do is loaded when it is asked for. */
export class MovingHost extends Controller {
	/** @type {import("./old-address.js").OldAddress | undefined} */
	#old;
	/** @type {import("./house-file.js").HouseFile | undefined} */
	#file;
	#element;
	#act;

	/**
	 * @param {import("../lib/element.js").DownlinkElement} element
	 * @param {{adopted(data: ConnectData): void, imported(): void}} act
	 */
	constructor(element, act) {
		super(element);
		this.#element = element;
		this.#act = act;
	}

	/** Whether secrets are being replaced. */
	get isBusy() {
		return Boolean(this.#old?.isBusy || this.#file?.isBusy);
	}

	/** Say nothing any more of what was done. */
	reset() {
		said = "";
	}

	/** @param {Context} context */
	template({ t }) {
		return html`<section class="card">
			<h2>${t("moving.title")}</h2>
			<p class="dim">${t("moving.text")}</p>
			<div class="buttons">
				<button class="button" @click=${() => this.#openOld()}>${t("moving.old_open")}</button>
				<button class="button" @click=${() => this.#openFile("export")}>
					${t("moving.export_open")}
				</button>
				<button class="button" @click=${() => this.#openFile("replace")}>
					${t("moving.import_open")}
				</button>
			</div>
			<p role="status">${said ? t(said) : nothing}</p>
		</section>`;
	}

	/** @param {Context} context @param {string} device @param {string} [name] - of the device */
	dialogs(context, device, name) {
		return html`${this.#old?.template(context, device, name) ?? nothing}
		${this.#file?.template(context) ?? nothing}`;
	}

	async #openOld() {
		await this.#open(async () => {
			const { OldAddress } = await import("./old-address.js");
			this.#old ??= new OldAddress(this.#element, (data) => {
				this.#act.adopted(data);
				this.#say("moving.old_done");
			});
			this.#element.draw();
			this.#old.open();
		});
	}

	/** @param {"export" | "replace"} which */
	async #openFile(which) {
		await this.#open(async () => {
			const { HouseFile } = await import("./house-file.js");
			this.#file ??= new HouseFile(this.#element, (done) => {
				if (done === "replace") this.#act.imported();
				this.#say(done === "replace" ? "moving.import_done" : "moving.export_done");
			});
			this.#element.draw();
			this.#file.open(which);
		});
	}

	/** @param {() => Promise<void>} open */
	async #open(open) {
		this.#say("");
		try {
			await open();
		} catch {
			// After an update, the files that this page was loaded from are gone.
			this.#say("state.outdated");
		}
	}

	/** @param {string} key */
	#say(key) {
		said = key;
		this.redraw();
	}
}

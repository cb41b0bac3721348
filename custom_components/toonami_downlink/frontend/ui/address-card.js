import { Controller, html, icon, nothing } from "../lib/index.js";
import { candidates, checkAddress, parseOrigin, warningFor } from "../model/address.js";

const BAD = ["unreachable", "other", "invalid"];

/** The choice of the address for players. */
export class AddressCard extends Controller {
	origin = "";
	#version = "";
	#isTyping = false;
	/** @type {Verdict} */
	#verdict = "checking";

	/** Begin with the best address. @param {ConnectData} data */
	take(data) {
		this.#version = data.version;
		if (!this.origin) this.#set(candidates(data.origins, location.origin)[0]);
	}

	/** @param {Context} context @param {ConnectData} data */
	template({ t }, data) {
		const origins = candidates(data.origins, location.origin);
		const isOwn = this.#isTyping || !origins.includes(this.origin);
		return html`<section class="card address">
			<label for="origin" class="dim">${t("address.label")}</label>
			<div class="pick">
				<select id="origin" class="field" @change=${this.#onPick}>
					${origins.map(
						(origin) => html`<option value=${origin} ?selected=${!isOwn && origin === this.origin}>
							${origin}
						</option>`,
					)}
					<option value="" ?selected=${isOwn}>${t("address.another")}</option>
				</select>
				${isOwn
					? html`<input class="field" aria-label=${t("address.another")}
						placeholder="http://192.168.1.5:8123" autocomplete="off" spellcheck="false"
						@change=${this.#onType} />`
					: nothing}
			</div>
			<div role="status">${this.#verdictLines(t)}</div>
		</section>`;
	}

	/** @param {Context["t"]} t */
	#verdictLines(t) {
		const warning = this.#verdict === "invalid" ? undefined : warningFor(this.origin);
		const isGood = this.#verdict === "ok";
		const isBad = BAD.includes(this.#verdict);
		return html`
			${warning
				? html`<p class="verdict warn">
						${icon("warn")}<span>${t(`address.${warning}`)}</span>
					</p>`
				: nothing}
			<p class="verdict ${isGood ? "ok" : isBad ? "bad" : "dim"}">
				${icon(isGood ? "done" : isBad ? "fail" : "info")}
				<span>${t(`address.${this.#verdict}`)}</span>
			</p>
		`;
	}

	/** @param {Event} event */
	#onPick = (event) => {
		const { value } = /** @type {HTMLSelectElement} */ (event.target);
		this.#isTyping = value === "";
		if (value) this.#set(value);
		this.redraw();
	};

	/** @param {Event} event */
	#onType = (event) => {
		const origin = parseOrigin(/** @type {HTMLInputElement} */ (event.target).value);
		if (origin) this.#set(origin);
		else this.#verdict = "invalid";
		this.redraw();
	};

	/** @param {string} origin */
	async #set(origin) {
		this.origin = origin;
		this.#verdict = "checking";
		this.redraw();
		const fetch = window.fetch.bind(window);
		const verdict = await checkAddress(origin, this.#version, location.origin, fetch);
		if (origin !== this.origin) return;
		this.#verdict = verdict;
		this.redraw();
	}
}

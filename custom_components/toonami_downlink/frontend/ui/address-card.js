import { Controller, html, icon, nothing } from "../lib/index.js";
import { candidates, checkAddress, parseOrigin, proposal, warningFor } from "../model/address.js";

const BAD = ["unreachable", "other", "invalid"];

/** The choice of the address for players. */
export class AddressCard extends Controller {
	origin = "";
	#version = "";
	#isTyping = false;
	/** @type {Verdict} */
	#verdict = "checking";
	/** Counts what was chosen: an answer to an earlier choice comes too late. */
	#turn = 0;

	/** Begin with the best address that answers. @param {ConnectData} data */
	take(data) {
		this.#version = data.version;
		if (!this.origin) this.#begin(candidates(data.origins, location.origin));
	}

	/** @param {string[]} origins */
	async #begin(origins) {
		[this.origin] = origins;
		const turn = ++this.#turn;
		const best = await proposal(origins, (origin) => this.#check(origin));
		if (turn !== this.#turn) return;
		this.origin = best.origin;
		this.#show(best.verdict);
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
		if (!this.#verdict) return nothing;
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
		if (value) this.#choose(value);
		else this.#refuse("");
	};

	/** @param {Event} event */
	#onType = (event) => {
		const { value } = /** @type {HTMLInputElement} */ (event.target);
		const origin = parseOrigin(value);
		if (origin) this.#choose(origin);
		else this.#refuse(value.trim() ? "invalid" : "");
	};

	/** Stay with the address that was there. @param {Verdict} verdict */
	#refuse(verdict) {
		this.#turn += 1;
		this.#show(verdict);
	}

	/** @param {string} origin */
	async #choose(origin) {
		const turn = ++this.#turn;
		this.origin = origin;
		this.#show("checking");
		const verdict = await this.#check(origin);
		if (turn === this.#turn) this.#show(verdict);
	}

	/** @param {string} origin */
	#check(origin) {
		return checkAddress(origin, this.#version, location.origin, window.fetch.bind(window));
	}

	/** @param {Verdict} verdict */
	#show(verdict) {
		this.#verdict = verdict;
		this.redraw();
	}
}

import {
	controls, define, html, icon, isComposing, loadSheet, nothing, now, Page, send,
} from "../lib/index.js";
import { programmeOf } from "../model/guide.js";
import { episodeLine, isOnAir } from "../model/programme.js";
import { line } from "./now-playing.js";

const DELAY = 200;

/** A search in the whole guide. Event: `choose` (channel, programme). */
export class SearchBox extends Page {
	static sheets = [controls, loadSheet("search")];

	#query = "";
	/** @type {{total: number, hits: Hit[]} | undefined} */
	#found;
	#isFailed = false;
	#active = 0;
	#isOpen = false;
	#timer = 0;

	start() {
		this.signal.addEventListener("abort", () => clearTimeout(this.#timer));
	}

	/** Put the focus into the field. */
	focusInput() {
		this.find("input", HTMLInputElement).focus();
	}

	template() {
		const hits = this.#isOpen ? (this.#found?.hits ?? []) : [];
		return html`<div class="box">
				${icon("search")} ${this.#input(hits.length > 0)}
				${this.#query
					? html`<button class="icon clear" aria-label=${this.t("search.clear")} @click=${this.#clear}>
							${icon("close", 16)}
						</button>`
					: nothing}
			</div>
			${this.#panel(hits)}`;
	}

	/** @param {boolean} isListed */
	#input(isListed) {
		const label = this.t("search.placeholder");
		return html`<input class="field" type="search" role="combobox" autocomplete="off"
			maxlength="100" placeholder=${label} aria-label=${label} aria-expanded=${isListed}
			aria-controls="results" aria-autocomplete="list"
			aria-activedescendant=${isListed ? `hit-${this.#active}` : nothing}
			.value=${this.#query} @input=${this.#onInput} @keydown=${this.#onKey}
			@focus=${() => this.#setOpen(true)} @blur=${() => this.#setOpen(false)} />`;
	}

	/** @param {Hit[]} hits */
	#panel(hits) {
		const more = hits.length ? (this.#found?.total ?? 0) - hits.length : 0;
		const note = this.#isFailed ? "failed" : this.#found ? "none" : "busy";
		return html`<div class="panel" ?hidden=${!this.#isOpen || !this.#query.trim()}
			@mousedown=${(/** @type {Event} */ event) => event.preventDefault()}>
			<p class="note" role="status" ?hidden=${hits.length > 0}>
				${this.t(`search.${note}`, { query: this.#query.trim() })}
			</p>
			<ul id="results" role="listbox" aria-label=${this.t("search.results")} ?hidden=${!hits.length}>
				${hits.map((hit, index) => this.#hit(hit, index))}
			</ul>
			${more ? html`<p class="note">${this.t("search.more", { count: more })}</p>` : nothing}
		</div>`;
	}

	/** @param {Hit} hit @param {number} index */
	#hit({ channel, programme }, index) {
		const { clock, t, text } = this.context;
		const { start, title } = programme;
		const isLive = isOnAir(programme, now());
		return html`<li id="hit-${index}" role="option" aria-selected=${index === this.#active}
			@click=${() => this.#choose(index)}>
			<img src=${channel.logo} width="36" height="36" alt=${channel.name} />
			<div class="what">
				${line(title, "title")} ${line(episodeLine(programme, programme.episode_title, text), "small")}
			</div>
			<div class="when">
				<div class=${isLive ? "live" : ""}>
					${isLive ? t("guide.on_air") : clock.dayWord(start, now())}
				</div>
				<div>${clock.time(start)}</div>
			</div>
		</li>`;
	}

	#onInput = (/** @type {InputEvent} */ event) => {
		this.#query = /** @type {HTMLInputElement} */ (event.target).value;
		this.#found = undefined;
		this.#isFailed = false;
		this.#isOpen = true;
		clearTimeout(this.#timer);
		if (this.#query.trim()) this.#timer = window.setTimeout(() => this.#search(this.#query), DELAY);
		this.redraw();
	};

	/** @param {string} query */
	async #search(query) {
		const { store } = this.context;
		const channels = new Map(store.loaded?.channels.map((item) => [item.number, item]));
		try {
			const { total, results } = await store.request("guide/search", { query: query.trim() });
			if (query !== this.#query) return;
			/** @type {Hit[]} */
			const hits = [];
			for (const [number, ...row] of results) {
				const channel = channels.get(number);
				if (channel) hits.push({ channel, programme: programmeOf(row) });
			}
			this.#found = { total, hits };
			this.#active = 0;
		} catch {
			this.#isFailed = query === this.#query;
		}
		this.redraw();
	}

	#onKey = (/** @type {KeyboardEvent} */ event) => {
		if (isComposing(event)) return;
		const count = this.#found?.hits.length ?? 0;
		const step = { ArrowDown: 1, ArrowUp: count - 1 }[event.key];
		if (event.key === "Escape" && this.#query) this.#clear();
		else if (!count) return;
		else if (event.key === "Enter") this.#choose(this.#active);
		else if (step !== undefined) this.#activate((this.#active + step) % count);
		else return;
		event.preventDefault();
		event.stopPropagation();
	};

	/** @param {number} index */
	#activate(index) {
		this.#active = index;
		this.draw();
		this.root.querySelector(`#hit-${index}`)?.scrollIntoView({ block: "nearest" });
	}

	/** @param {number} index */
	#choose(index) {
		this.#setOpen(false);
		send(this, "choose", this.#found?.hits[index]);
	}

	#clear = () => {
		this.#query = "";
		this.#found = undefined;
		this.draw();
		this.focusInput();
	};

	/** @param {boolean} isOpen */
	#setOpen(isOpen) {
		this.#isOpen = isOpen;
		this.redraw();
	}
}

define("tdl-search", SearchBox);

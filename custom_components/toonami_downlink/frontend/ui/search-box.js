import {
	controls, define, html, icon, isComposing, loadSheet, nothing, now, Page, send,
} from "../lib/index.js";
import { MAX_QUERY } from "../model/place.js";
import { episodeLine, isOnAir } from "../model/programme.js";
import { Finds } from "../model/finds.js";
import { line } from "./now-playing.js";
import { star } from "./star.js";

const DELAY = 200;

/**
 * A search in the whole guide: a line for each title, with its next showing, and all others below
 * it when they are asked for. Events: `choose` (channel, programme), `query` (what is searched for).
 */
export class SearchBox extends Page {
	static sheets = [controls, loadSheet("search")];

	#query = "";
	/** @type {Finds | undefined} */
	#found;
	#isFailed = false;
	#active = 0;
	#isOpen = false;
	#timer = 0;

	start() {
		this.signal.addEventListener("abort", () => clearTimeout(this.#timer));
		if (this.#query && !this.#found) this.#search(this.#query);
	}

	/** What the address says is searched for. */
	set query(/** @type {string} */ query) {
		if (query === this.#query.trim()) return;
		clearTimeout(this.#timer);
		this.#query = query;
		this.#found = undefined;
		this.#isFailed = false;
		this.#isOpen = Boolean(query);
		if (query && this.isConnected) this.#search(query);
		this.redraw();
	}

	/** Put the focus into the field. */
	focusInput() {
		this.find("input", HTMLInputElement).focus();
	}

	get #rows() {
		return (this.#isOpen && this.#found?.rows) || [];
	}

	template() {
		const rows = this.#rows;
		return html`<div class="box">
				${icon("search")} ${this.#input(rows.length > 0)}
				${this.#query
					? html`<button class="icon clear" aria-label=${this.t("search.clear")} @click=${this.#clear}>
							${icon("close", 16)}
						</button>`
					: nothing}
			</div>
			${this.#panel(rows)}`;
	}

	/** @param {boolean} isListed */
	#input(isListed) {
		const label = this.t("search.placeholder");
		return html`<input class="field" type="search" role="combobox" autocomplete="off"
			maxlength=${MAX_QUERY} placeholder=${label} aria-label=${label} aria-expanded=${isListed}
			aria-controls="results" aria-autocomplete="list"
			aria-activedescendant=${isListed ? `hit-${this.#active}` : nothing}
			.value=${this.#query} @input=${this.#onInput} @keydown=${this.#onKey}
			@focus=${() => this.#setOpen(true)} @blur=${() => this.#setOpen(false)} />`;
	}

	/** @param {FindRow[]} rows */
	#panel(rows) {
		const note = this.#isFailed ? "failed" : this.#found ? "none" : "busy";
		return html`<div class="panel" ?hidden=${!this.#isOpen || !this.#query.trim()}
			@mousedown=${(/** @type {Event} */ event) => event.preventDefault()}>
			<p class="note" role="status" ?hidden=${rows.length > 0}>
				${this.t(`search.${note}`, { query: this.#query.trim() })}
			</p>
			<ul id="results" role="listbox" aria-label=${this.t("search.results")} ?hidden=${!rows.length}>
				${rows.map((row, index) => this.#row(row, index))}
			</ul>
		</div>`;
	}

	/** @param {FindRow} row @param {number} index */
	#row(row, index) {
		const { t } = this.context;
		const count = row.more;
		const key = row.hit ? "search.showings" : "search.titles";
		return html`<li id="hit-${index}" role="option" aria-selected=${index === this.#active}
			class=${count ? "more" : row.isPart ? "part" : ""} @click=${() => this.#choose(index)}>
			${count ? t(key, { count }) : this.#hit(/** @type {Hit} */ (row.hit), row.isPart)}
		</li>`;
	}

	/** @param {Hit} hit @param {boolean} [isPart] */
	#hit({ channel, programme }, isPart) {
		const { clock, t, text } = this.context;
		const { start, title } = programme;
		const isLive = isOnAir(programme, now());
		const episode = episodeLine(programme, programme.episode_title, text);
		return html`<img src=${channel.logo} width="36" height="36" alt=${channel.name} />
			<div class="what">
				${isPart ? line(episode || title, "small") : html`${line(title, "title")} ${line(episode, "small")}`}
			</div>
			<div class="when">
				<div class=${isLive ? "live" : ""}>
					${isLive ? t("guide.on_air") : clock.dayWord(start, now())}
				</div>
				<div>${star(this.context, channel.number, programme)} ${clock.time(start)}</div>
			</div>`;
	}

	#onInput = (/** @type {InputEvent} */ event) => {
		this.#query = /** @type {HTMLInputElement} */ (event.target).value;
		this.#found = undefined;
		this.#isFailed = false;
		this.#isOpen = true;
		clearTimeout(this.#timer);
		const query = this.#query;
		this.#timer = window.setTimeout(() => {
			send(this, "query", { query: query.trim() });
			if (query.trim()) this.#search(query);
		}, DELAY);
		this.redraw();
	};

	/** @param {string} query */
	async #search(query) {
		const finds = new Finds(this.context.store, query.trim());
		try {
			await finds.load();
			if (query !== this.#query) return;
			this.#found = finds;
			this.#active = 0;
		} catch {
			this.#isFailed = query === this.#query;
		}
		this.redraw();
	}

	#onKey = (/** @type {KeyboardEvent} */ event) => {
		if (isComposing(event)) return;
		const count = this.#rows.length;
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
	async #choose(index) {
		const row = this.#rows[index];
		if (!row.more) {
			this.#setOpen(false);
			return send(this, "choose", row.hit);
		}
		this.#active = index;
		try {
			await this.#found?.expand(row);
		} catch {
			this.#isFailed = true;
			this.#found = undefined;
		}
		this.redraw();
	}

	#clear = () => {
		this.#query = "";
		this.#found = undefined;
		clearTimeout(this.#timer);
		this.draw();
		send(this, "query", { query: "" });
		this.focusInput();
	};

	/** @param {boolean} isOpen */
	#setOpen(isOpen) {
		this.#isOpen = isOpen;
		this.redraw();
	}
}

define("tdl-search", SearchBox);

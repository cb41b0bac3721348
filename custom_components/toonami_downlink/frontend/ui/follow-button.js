import { Controller, html, icon, nothing, now } from "../lib/index.js";
import { soonest } from "../model/shows.js";

/**
 * Follows what a programme is part of: its show or its block. What that will match is shown before
 * it is saved.
 */
export class FollowButton extends Controller {
	#isOpen = false;
	/** @type {FollowKind} */
	#kind = "show";
	#isHere = false;
	/** What it would match. @type {FollowPreview | undefined} */
	#preview;
	/** @type {"" | "busy" | "failed"} */
	#state = "";
	#turn = 0;

	/** Forget what was chosen. */
	reset() {
		this.#turn += 1;
		this.#isOpen = this.#isHere = false;
		this.#kind = "show";
		this.#preview = undefined;
		this.#state = "";
	}

	/** @param {Context} context @param {Channel} channel @param {Shown} programme */
	template(context, channel, programme) {
		if (programme.filler) return nothing;
		const { store, t } = context;
		const ids = store.follows.of(channel.number, programme);
		const follows = store.follows.items.filter(({ id }) => ids.includes(id));
		const isFollowed = follows.length > 0;
		return html`
			<button class="button star" aria-pressed=${isFollowed} aria-expanded=${this.#isOpen}
				@click=${() => this.#toggle(context, channel, programme)}>
				${icon("star")} ${t(isFollowed ? "follow.following" : "follow.follow")}
			</button>
			${this.#isOpen
				? html`<div class="section follow">
						${isFollowed ? this.#followed(context, follows) : this.#form(context, channel, programme)}
						<p class="outcome failed" role="alert">${this.#state === "failed" ? t("follow.failed") : nothing}</p>
					</div>`
				: nothing}
		`;
	}

	/** @param {Context} context @param {Follow[]} follows */
	#followed(context, follows) {
		return html`<ul class="follows">
			${follows.map(
				({ id, text }) => html`<li><button class="button" ?disabled=${this.#state === "busy"}
					@click=${() => this.#stop(context, id)}>
					<span dir="auto">${context.t("follow.stop", { name: text })}</span>
				</button></li>`,
			)}
		</ul>`;
	}

	/** @param {Context} context @param {Channel} channel @param {Shown} programme */
	#form(context, channel, programme) {
		const { t } = context;
		const { title, block } = programme;
		const choose = (/** @type {FollowKind} */ kind, /** @type {string} */ words) => html`<label class="choice">
			<input type="radio" name="kind" .checked=${this.#kind === kind}
				@change=${() => this.#choose(context, channel, programme, { kind })} />
			<span dir="auto">${words}</span>
		</label>`;
		return html`<form @submit=${(/** @type {Event} */ event) => this.#save(event, context, channel, programme)}>
			${block ? html`${choose("show", title)} ${choose("block", t("follow.block", { name: block }))}` : nothing}
			<label class="choice">
				<input type="checkbox" .checked=${this.#isHere}
					@change=${() => this.#choose(context, channel, programme, { isHere: !this.#isHere })} />
				<span>${t("follow.only", { channel: channel.name })}</span>
			</label>
			${preview(context, this.#preview)}
			<button class="button main" ?disabled=${this.#state === "busy"}>${icon("star")} ${t("follow.follow")}</button>
		</form>`;
	}

	/** @param {Context} context @param {Channel} channel @param {Shown} programme */
	#toggle(context, channel, programme) {
		this.#isOpen = !this.#isOpen;
		this.#state = "";
		this.redraw();
		if (this.#isOpen) this.#look(context, channel, programme);
	}

	/**
	 * @param {Context} context @param {Channel} channel @param {Shown} programme
	 * @param {{kind?: FollowKind, isHere?: boolean}} choice
	 */
	#choose(context, channel, programme, { kind = this.#kind, isHere = this.#isHere }) {
		this.#kind = kind;
		this.#isHere = isHere;
		this.#look(context, channel, programme);
	}

	/** @param {Channel} channel @param {Shown} programme */
	#wanted(channel, { title, block }) {
		const text = this.#kind === "block" ? block : title;
		return { kind: this.#kind, text, ...(this.#isHere && { channel: channel.key }) };
	}

	/** Look what would be matched. @param {Context} context @param {Channel} channel @param {Shown} programme */
	async #look({ store }, channel, programme) {
		const turn = ++this.#turn;
		this.#preview = undefined;
		this.redraw();
		try {
			const found = await store.request("follows/preview", this.#wanted(channel, programme));
			if (turn === this.#turn) this.#preview = found;
		} catch {
			// It can be followed all the same.
		}
		this.redraw();
	}

	/** @param {Event} event @param {Context} context @param {Channel} channel @param {Shown} programme */
	#save(event, { store }, channel, programme) {
		event.preventDefault();
		return this.#ask(store.request("follows/add", this.#wanted(channel, programme)));
	}

	/** @param {Context} context @param {string} id */
	#stop({ store }, id) {
		return this.#ask(store.request("follows/remove", { follow: id }));
	}

	/** @param {Promise<unknown>} answer */
	async #ask(answer) {
		const turn = ++this.#turn;
		this.#state = "busy";
		this.redraw();
		try {
			await answer;
			if (turn !== this.#turn) return;
			this.#state = "";
			this.#isOpen = false;
		} catch {
			if (turn === this.#turn) this.#state = "failed";
		}
		this.redraw();
	}
}

/** How often something is in the guide, and when next. @param {Context} context @param {FollowPreview | undefined} found */
export function preview({ clock, store, t }, found) {
	const next = soonest(found?.showings ?? [], now());
	const channel = store.loaded?.channels.find(({ number }) => number === next?.channel);
	return html`<p class="dim" role="status">
		${found ? (found.count ? t("follow.count", { count: found.count }) : t("follow.nothing")) : t("search.busy")}
		${next && channel
			? t("follow.next", { time: clock.dayAndTime(next.start, now()), channel: channel.name })
			: nothing}
	</p>`;
}

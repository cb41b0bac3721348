import { el, now } from "../lib/index.js";
import { progressOf } from "../model/grid.js";
import { episodeLine, titleOf } from "../model/programme.js";

/** Programmes below this width in pixels have no visible title: only a sign that there is one. */
const TINY = 44;

/** One programme in the grid. */
export class GridCell {
	/** @type {Channel} */
	channel = /** @type {any} */ (undefined);
	/** @type {Programme} */
	programme = /** @type {any} */ (undefined);
	isUnknown = false;
	#title = el("span", { class: "title", dir: "auto" });
	#episode = el("span", { class: "episode", dir: "auto" });
	/** For those who stand far away: shown where there is room. */
	#times = el("span", { class: "clock", "aria-hidden": "true" });
	#about = el("span", { class: "sr" });
	/** How it is recorded: said with the times. */
	#dot = el("span", {});
	#inner = el("div", { class: "in" }, [this.#title, " ", this.#episode, this.#times, " ", this.#about, this.#dot]);
	#meter = el("span", { class: "meter" }, [el("i")]);
	element = el("div", { class: "cell", role: "gridcell", tabindex: "-1" }, [this.#inner]);
	/** What the drawing was made from. @type {unknown[]} */
	#shown = [];
	#state = "";
	#label = "";
	#hint = "";
	#onAir = "";

	/**
	 * Draw a programme; nothing is done when it is drawn already.
	 * @param {Context} context @param {Scale} scale @param {Channel} channel
	 * @param {Programme} programme @param {boolean} isUnknown
	 */
	show(context, scale, channel, programme, isUnknown) {
		const isFollowed = context.store.follows.has(channel.number, programme);
		const mark = context.store.recordings.mark(channel.number, programme);
		const key = [context, scale, programme, isFollowed, mark];
		this.channel = channel;
		if (key.every((part, index) => part === this.#shown[index])) return;
		this.#shown = key;
		const { clock, t, text } = context;
		const { start, stop, episode_title } = programme;
		Object.assign(this, { programme, isUnknown });
		const left = scale.x(Math.max(start, scale.from));
		const width = Math.max(2, scale.x(Math.min(stop, scale.until)) - left - 2);
		// Not a transform: what is sticky inside does not take notice of those.
		this.element.style.left = `calc(var(--channel) + ${left + 1}px)`;
		this.element.style.width = `${width}px`;
		this.element.setAttribute("aria-colindex", String(scale.column(start) + 2));
		const line = episodeLine(programme, episode_title, text);
		const name = titleOf(programme);
		const isTiny = width < TINY && !isUnknown;
		this.element.toggleAttribute("tiny", isTiny);
		this.element.toggleAttribute("followed", isFollowed);
		Object.assign(this.#dot, { className: `dot ${mark}`, hidden: !mark });
		this.#title.textContent = isTiny ? "" : name;
		this.#episode.textContent = width < TINY * 2 ? "" : line;
		const hours = `${clock.time(start)}–${clock.time(stop)}`;
		this.#times.textContent = isUnknown || width < TINY * 2 ? "" : hours;
		const times = `${clock.shortDate(start)} ${hours}`;
		// What there is no room for is said all the same.
		const hidden = [isTiny ? name : "", width < TINY * 2 ? line : "", times, ...marksOf(context, isFollowed, mark)];
		this.#label = isUnknown ? t("guide.loading") : hidden.filter(Boolean).join(", ");
		this.#hint = [name, line, times].filter(Boolean).join("\n");
		this.element.removeAttribute("title");
		this.#onAir = t("guide.on_air");
		this.#state = "";
		this.tick(now());
	}

	/** Say in a tooltip what there may be no room for: to a mouse only, others hear it twice. */
	explain() {
		this.element.title = this.#hint;
	}

	/** Let the tab key stop at it or not. @param {boolean} isReachable */
	setReachable(isReachable) {
		const tabIndex = isReachable ? 0 : -1;
		if (this.element.tabIndex !== tabIndex) this.element.tabIndex = tabIndex;
	}

	/** Show whether it is over, on air or to come. @param {number} time */
	tick(time) {
		const state = `cell ${this.#kindAt(time)}`;
		const isLive = state === "cell live";
		if (isLive) this.#meter.style.setProperty("--part", String(progressOf(this.programme, time)));
		if (state === this.#state) return;
		this.#state = state;
		this.element.className = state;
		this.#about.textContent = isLive ? `${this.#label}, ${this.#onAir}` : this.#label;
		if (isLive) this.#inner.append(this.#meter);
		else this.#meter.remove();
	}

	/** @param {number} time */
	#kindAt(time) {
		const { start, stop, filler } = this.programme;
		if (this.isUnknown) return "tuning";
		if (time >= stop) return filler ? "past filler" : "past";
		if (filler) return "filler";
		return start <= time ? "live" : "";
	}
}

/** @param {Context} context @param {boolean} isFollowed @param {string} mark */
const marksOf = ({ t }, isFollowed, mark) => [isFollowed && t("follow.followed"), mark && t(`mark.${mark}`)];

import { Controller } from "../lib/index.js";
import { fourOf, neighbour } from "../model/watching.js";
import { Television } from "./television.js";

const WIDE = matchMedia("(min-width: 1600px)");

/** The television, or four of them on a wide screen: one is heard. */
export class FourUp extends Controller {
	/** @type {Television[]} */
	sets;
	#chosen = 0;
	#player;

	/** @param {Player} player */
	constructor(player) {
		super(player);
		this.#player = player;
		this.sets = [new Television(player)];
	}

	/** The one that is heard. */
	get set() {
		return this.sets[this.#chosen];
	}

	/** Whether there are several. */
	get isOn() {
		return this.sets.length > 1;
	}

	/** Whether there can be several. */
	get isPossible() {
		const { channel } = this.set;
		return WIDE.matches && channel !== undefined && !channel.radio;
	}

	/** @param {AbortSignal} signal */
	start(signal) {
		WIDE.addEventListener("change", () => WIDE.matches || this.one(), { signal });
	}

	toggle = () => {
		if (this.isOn) this.one();
		else if (this.isPossible) this.#four();
	};

	#four() {
		const { set } = this;
		const channels = this.#player.context.store.loaded?.channels ?? [];
		const others = fourOf(channels, set.number ?? 0).filter((number) => number !== set.number);
		this.sets = [set, ...others.map(() => new Television(this.#player))];
		others.forEach((number, index) => {
			const other = this.sets[index + 1];
			other.media.muted = true;
			other.watch(number);
		});
		this.#player.changed();
	}

	/** Only the one that is heard goes on. */
	one() {
		if (!this.isOn) return;
		const { set, sets } = this;
		this.sets = [set];
		this.#chosen = 0;
		for (const other of sets) if (other !== set) other.leave();
		this.#player.changed();
	}

	/** Hear another one. @param {number} index */
	choose(index) {
		const { media } = this.set;
		const { volume, muted } = media;
		media.muted = true;
		this.#chosen = index;
		Object.assign(this.set.media, { volume, muted });
		this.#player.changed();
	}

	/** Watch a channel: where it is already, or instead of the one that is heard. @param {number} number */
	watch(number) {
		const index = this.sets.findIndex((set) => set.number === number);
		if (index >= 0 && this.isOn) this.choose(index);
		else this.set.watch(number);
	}

	/** Watch the channel that is so many places further. @param {number} by */
	zap(by) {
		const { number, numbers } = this.set;
		if (number !== undefined) this.watch(neighbour(numbers, number, by));
	}

	/** Watch the channel before this one. */
	back() {
		const { last } = this.set.model;
		if (last !== undefined) this.watch(last);
	}

	/** Switch all of them off. */
	leave = () => {
		this.one();
		this.set.leave();
	};
}

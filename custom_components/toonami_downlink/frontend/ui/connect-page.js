import {
	controls, define, html, icon, loadSheet, nothing, Page, signalBars,
} from "../lib/index.js";
import { storedValue, storeValue } from "../lib/stored-values.js";
import { EVERYTHING, RECIPES, arrival, countsOf, playerName } from "../model/players.js";
import { AddressCard } from "./address-card.js";
import { qrDialog, rotateDialog, tunerDialog } from "./connect-dialogs.js";
import { deviceCard } from "./device-card.js";
import { FieldRows } from "./field-row.js";
import { MovingHost } from "./moving-host.js";
import { seenList } from "./seen-list.js";
import { shortCard } from "./short-card.js";

const HOUSE = "home";
const NO_QR = { label: "", value: "", isSecret: false };

/** Name the secrets that are in it. @param {ConnectData | undefined} data */
function revisionOf(data) {
	return data?.devices.find(({ id }) => id === data.device)?.revision;
}

/** How to set up each player, and which have been seen. */
class ConnectPage extends Page {
	static sheets = [controls, loadSheet("dialog"), loadSheet("connect")];

	/** @type {ConnectData | undefined} */
	#data;
	/** @type {SeenPlayer[]} */
	#players = [];
	/** How often each had asked when the steps were shown. @type {RequestCounts} */
	#before;
	#isFailed = false;
	#isLoading = false;
	/** Those that have secrets, the house first. @type {Device[]} */
	#devices = [];
	#device = HOUSE;
	#recipe = RECIPES.find(({ id }) => id === storedValue("tile"));
	#qr = NO_QR;
	#isRotating = false;
	/** Whether the tuner is being switched on, or could not be. @type {"" | "busy" | "failed"} */
	#tuner = "";
	/** @type {"" | "done" | "failed" | "elsewhere"} */
	#rotated = "";
	#address = new AddressCard(this);
	#rows = new FieldRows(this, (qr) => this.#showQr(qr));
	#moving = new MovingHost(this, {
		adopted: (data) => this.#adopt(data),
		imported: () => this.#forget(),
	});

	start() {
		this.context.store.subscribe("connect", this.signal, ({ loaded, players, devices }) => {
			if (!loaded) return;
			this.#players = players;
			this.#devices = devices;
			if (!this.#chosen) this.#device = HOUSE;
			this.#before ??= countsOf(players);
			this.#follow();
			this.redraw();
		});
		this.#load();
	}

	tick() {
		this.#follow();
		super.tick();
	}

	/** Load what players are told, unless it is there and its secrets are still valid. */
	#follow() {
		const data = this.#data;
		const isCurrent = !this.#chosen || this.#chosen.revision === revisionOf(data);
		if ((data?.device === this.#device && isCurrent) || this.#isLoading || this.#isReplacing) return;
		this.#load();
	}

	/** Whether secrets are being replaced, by whichever of the dialogs. */
	get #isReplacing() {
		return this.#isRotating || this.#moving.isBusy;
	}

	async #load() {
		const before = this.#data;
		const device = this.#device;
		this.#isLoading = true;
		try {
			const data = await this.context.store.request("connect", { device });
			// Meanwhile, another one may have been chosen.
			if (device === this.#device) this.#take(data);
			this.#isFailed = false;
			const isSame = before?.device === this.#data?.device;
			if (isSame && revisionOf(before) !== revisionOf(this.#data)) this.#renew("elsewhere");
		} catch {
			this.#isFailed = true;
		}
		this.#isLoading = false;
		if (device !== this.#device) this.#follow();
		this.redraw();
	}

	/** What is chosen, as Home Assistant says; nothing before it has said anything. */
	get #chosen() {
		return this.#devices.find(({ id }) => id === this.#device);
	}

	/** @param {ConnectData} data */
	#take(data) {
		this.#data = data;
		// One that is not there any more has no addresses.
		this.#device = data.device;
		this.#address.take(data);
	}

	template() {
		const data = this.#data;
		const { t, text } = this.context;
		const question = html`<h2>${t("connect.question")}</h2>`;
		if (!data) {
			const what = this.#isFailed ? "connect.failed" : "state.tuning";
			return html`<div class="page">${question}<p role="status" class="dim">${t(what)}</p></div>`;
		}
		const tuner = { isBusy: this.#tuner === "busy", switchOn: this.#switchOn };
		const name = this.#chosen?.name;
		const rotate = { isBusy: this.#isRotating, rotate: this.#rotate, name };
		return html`<div class="page">
				${question} ${this.#tiles()}
				<div class="column">
					${deviceCard(this.context, this.#devices, this.#device, this.#choosePass)}
					${this.#address.template(this.context, data)}
					${shortCard(this.context, data, this.#address.origin, this.#players, this.#before)}
					${this.#recipe
						? this.#steps(data, this.#recipe)
						: html`<p class="card dim">${t("connect.hint")}</p>`}
					<section class="card">
						<details>
							<summary>${icon("next")} ${t("connect.everything")}</summary>
							<div class="all">${this.#fields("all", EVERYTHING, data)}</div>
						</details>
					</section>
				</div>
				<div class="column">
					<section class="card">
						<h2>${t("seen.title")}</h2>
						<div aria-live="polite">${seenList(this.context, this.#players, this.#before)}</div>
					</section>
					${data.has_feed ? this.#downloads(data) : nothing} ${this.#secrets()}
					${this.#moving.template(this.context)}
				</div>
			</div>
			${qrDialog(text, this.#qr, () => this.#hideQr())} ${rotateDialog(text, rotate)}
			${tunerDialog(text, tuner)} ${this.#moving.dialogs(this.context, this.#device, name)}`;
	}

	#tiles() {
		const here = new Set(this.#players.map(({ player, result }) => result === "ok" && player));
		return html`<div class="tiles" role="group" aria-label=${this.t("connect.question")}>
			${RECIPES.map(
				(recipe) => html`<button class="tile" aria-pressed=${recipe === this.#recipe}
					@click=${() => this.#choose(recipe)}>
					${this.#nameOf(recipe)} <small>${this.t(`connect.${recipe.id}.kind`)}</small>
					${here.has(recipe.name)
						? html`<span class="tick">
								${icon("done", 16)}<span class="sr">${this.t("connect.seen")}</span>
							</span>`
						: nothing}
				</button>`,
			)}
		</div>`;
	}

	/** @param {Recipe} recipe */
	#nameOf(recipe) {
		return recipe.name || this.t(`connect.${recipe.id}.name`);
	}

	/** @param {string} place @param {Field[]} fields @param {ConnectData} data */
	#fields(place, fields, data) {
		return fields.map((field) =>
			this.#rows.template(this.context, place, field, data, this.#address.origin),
		);
	}

	/** @param {ConnectData} data @param {Recipe} recipe */
	#steps(data, recipe) {
		const name = this.#nameOf(recipe);
		const last = recipe.steps.length - 1;
		return html`<section class="card" aria-label=${name}>
			<h2>${name}</h2>
			${recipe.id === "plex" && data.hdhomerun === null
				? html`<p>${this.t("tuner.off")}</p>
						<div class="buttons">
							<button class="button main" @click=${() => this.#dialog("tuner").showModal()}>
								${this.t("tuner.open")}
							</button>
						</div>
						<p role="status">${this.#tuner === "failed" ? this.t("tuner.failed") : nothing}</p>`
				: html`<ol class="steps">
						${recipe.steps.map(
							(fields, index) => html`<li>
								<p>${this.t(`connect.${recipe.id}.${index + 1}`)}</p>
								${this.#fields(recipe.id, fields, data)}
								${index === last ? this.#arrival(recipe) : nothing}
							</li>`,
						)}
					</ol>`}
		</section>`;
	}

	/** @param {Recipe} recipe */
	#arrival(recipe) {
		const seen = arrival(this.#players, recipe, this.#before);
		if (!seen) {
			return html`<p class="arrival" role="status">
				<span class="dots">${signalBars(2)}</span>
				${this.t("arrival.waiting", { name: this.#nameOf(recipe) })}
			</p>`;
		}
		const { address, asked } = seen;
		const name = playerName(seen, this.t);
		return html`<p class="arrival here" role="status">
			${icon("done", 24)} ${this.t("arrival.here", { name, address, asked: this.t(`asked.${asked}`) })}
		</p>`;
	}

	/** @param {ConnectData} data */
	#downloads({ playlist, guide }) {
		const files = [["playlist", playlist, "m3u"], ["guide", guide, "xml"]];
		return html`<section class="card">
			<h2>${this.t("download.title")}</h2>
			<div class="buttons">
				${files.map(
					([what, path, type]) => html`<a class="button" href=${path}
						download="toonami-downlink.${type}">
						${icon("download")} ${this.t(`download.${what}`)}
					</a>`,
				)}
			</div>
		</section>`;
	}

	#secrets() {
		return html`<section class="card">
			<h2>${this.t("rotate.title")}</h2>
			<p class="dim">${this.t("rotate.text")}</p>
			<div class="buttons">
				<button class="button danger" @click=${() => this.#dialog("rotate").showModal()}>
					${this.t("rotate.open")}
				</button>
			</div>
			<p role="status">${this.#rotated ? this.t(`rotate.${this.#rotated}`) : nothing}</p>
		</section>`;
	}

	/** @param {string} id */
	#dialog(id) {
		return this.find(`#${id}`, HTMLDialogElement);
	}

	/** @param {Qr} qr */
	#showQr(qr) {
		this.#qr = qr;
		this.draw();
		this.#dialog("qr").showModal();
	}

	#hideQr() {
		this.#qr = NO_QR;
		this.redraw();
	}

	/** Mask the secrets, and wait for the next player. */
	#begin() {
		this.#before = countsOf(this.#players);
		this.#rows.mask();
		this.redraw();
	}

	/** Show the new secrets, and nothing of the old ones. @param {"done" | "elsewhere"} how */
	#renew(how) {
		this.#rotated = how;
		if (this.#qr.isSecret) this.#dialog("qr").close();
		this.#begin();
	}

	/** Show the secrets of an old address. @param {ConnectData} data */
	#adopt(data) {
		this.#take(data);
		this.#rotated = "";
		this.#begin();
	}

	/** Load everything anew: another house is here. */
	#forget() {
		this.#data = undefined;
		this.#rotated = "";
		this.#begin();
		this.#follow();
	}

	/** @param {Recipe} recipe */
	#choose(recipe) {
		this.#recipe = recipe;
		storeValue("tile", recipe.id);
		this.#begin();
	}

	/** @param {string} device */
	#choosePass = (device) => {
		this.#device = device;
		this.#rotated = "";
		this.#moving.reset();
		this.#begin();
		this.#follow();
	};

	#switchOn = async () => {
		this.#tuner = "busy";
		this.redraw();
		try {
			await this.context.store.request("tuner", { on: true });
			await this.#load();
			this.#tuner = "";
		} catch {
			this.#tuner = "failed";
		}
		this.#dialog("tuner").close();
		this.redraw();
	};

	#rotate = async () => {
		this.#isRotating = true;
		this.redraw();
		try {
			this.#take(await this.context.store.request("credentials/rotate", { device: this.#device }));
			this.#renew("done");
		} catch {
			this.#rotated = "failed";
		}
		this.#isRotating = false;
		this.#dialog("rotate").close();
		this.#follow();
		this.redraw();
	};
}

define("tdl-connect", ConnectPage);

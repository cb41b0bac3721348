import { html, icon } from "../lib/index.js";

const ADD = "/config/integrations/integration/toonami_downlink";

/**
 * The choice of what is set up: a player of the house, or a device that has a pass of its own.
 * @param {Context} context @param {Device[]} devices - the house first
 * @param {string} chosen @param {(device: string) => void} onChoose
 */
export function deviceCard({ t }, devices, chosen, onChoose) {
	const onChange = (/** @type {Event} */ { target }) =>
		onChoose(/** @type {HTMLSelectElement} */ (target).value);
	return html`<section class="card device">
		<label for="device" class="dim">${t("connect.for")}</label>
		<div class="buttons">
			<select id="device" class="field" @change=${onChange}>
				${devices.map(
					({ id, name }) => html`<option value=${id} .selected=${id === chosen}>
						${name || t("connect.house")}
					</option>`,
				)}
			</select>
			<a class="button" href=${ADD} target="_top">${icon("next")} ${t("connect.add")}</a>
		</div>
	</section>`;
}

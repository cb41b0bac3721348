const MAX_PAUSE = 10_000;

/**
 * A subscription that is renewed after a lost connection and a restart of Home Assistant, and
 * retried while the integration is not loaded.
 */
export class Subscription {
	#connection;
	#message;
	#listener;
	/** @type {Unsubscribe | undefined} */
	#unsubscribe;
	/** @type {ReturnType<typeof setTimeout> | undefined} */
	#timer;
	#attempts = 0;
	#turn = 0;
	#isOpen = true;

	/**
	 * @param {Connection} connection @param {object} message
	 * @param {SubscriptionListener} listener
	 */
	constructor(connection, message, listener) {
		this.#connection = connection;
		this.#message = message;
		this.#listener = listener;
		connection.addEventListener("ready", this.#start);
		connection.addEventListener("disconnected", this.#drop);
		if (connection.connected !== false) this.#start();
	}

	/** End it for good. */
	close() {
		this.#isOpen = false;
		this.#connection.removeEventListener("ready", this.#start);
		this.#connection.removeEventListener("disconnected", this.#drop);
		clearTimeout(this.#timer);
		const unsubscribe = this.#unsubscribe;
		this.#drop();
		// The connection may be gone already, and the subscription with it.
		Promise.resolve(unsubscribe?.()).catch(() => {});
	}

	#drop = () => {
		this.#turn += 1;
		this.#unsubscribe = undefined;
		clearTimeout(this.#timer);
	};

	#start = async () => {
		this.#drop();
		const turn = this.#turn;
		const isCurrent = () => this.#isOpen && turn === this.#turn;
		try {
			const unsubscribe = await this.#connection.subscribeMessage(
				(event) => {
					this.#attempts = 0;
					if (isCurrent()) this.#listener.event(event);
				},
				this.#message,
				{ resubscribe: false },
			);
			if (isCurrent()) this.#unsubscribe = unsubscribe;
			else Promise.resolve(unsubscribe()).catch(() => {});
		} catch (error) {
			if (isCurrent()) this.#retry(/** @type {{code?: string}} */ (error)?.code ?? "unknown");
		}
	};

	/** @param {string} code */
	#retry(code) {
		this.#listener.refused?.(code);
		if (code === "unauthorized") return;
		this.#timer = setTimeout(this.#start, Math.min(1000 * 2 ** this.#attempts, MAX_PAUSE));
		this.#attempts += 1;
	}
}

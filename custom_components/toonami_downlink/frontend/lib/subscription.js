const MAX_PAUSE = 10_000;

/**
 * A subscription that comes back by itself: after a lost connection, a restart of Home Assistant,
 * and when the integration is not there yet.
 */
export class Subscription {
	#connection;
	#message;
	#listener;
	/** @type {(() => void | Promise<void>) | undefined} */
	#unsubscribe;
	/** @type {ReturnType<typeof setTimeout> | undefined} */
	#timer;
	#attempts = 0;
	#turn = 0;
	#isOpen = true;

	/**
	 * @param {Connection} connection @param {object} message
	 * @param {{event: (event: any) => void, refused?: (code: string) => void}} listener
	 */
	constructor(connection, message, listener) {
		this.#connection = connection;
		this.#message = message;
		this.#listener = listener;
		connection.addEventListener("ready", this.#start);
		connection.addEventListener("disconnected", this.#lose);
		if (connection.connected !== false) this.#start();
	}

	close() {
		this.#isOpen = false;
		this.#connection.removeEventListener("ready", this.#start);
		this.#connection.removeEventListener("disconnected", this.#lose);
		clearTimeout(this.#timer);
		const unsubscribe = this.#unsubscribe;
		this.#lose();
		// The connection may be gone already, and the subscription with it.
		Promise.resolve(unsubscribe?.()).catch(() => {});
	}

	#lose = () => {
		this.#turn += 1;
		this.#unsubscribe = undefined;
		clearTimeout(this.#timer);
	};

	#start = async () => {
		this.#lose();
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

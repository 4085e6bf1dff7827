/*
 * connection.js - one Bayeux session, and the truth about its state.
 *
 * The state is never guessed: it is the result of the last /meta/handshake or
 * /meta/connect, and whether the client still tries.
 *
 *   disconnected  nobody tries: never opened, closed, or sent away
 *   connecting    the first answer has not come yet
 *   connected     the last /meta/connect was answered with success
 *   reconnecting  the last attempt failed; the client tries again by itself
 */

import { CometD } from "../js/cometd/cometd.js";

export const BAYEUX_URL = "/cometd";

/* The two kinds of answer to wait for, in words for a reader. */
export const STATE_TEXT = {
	disconnected: "Disconnected",
	connecting: "Connecting…",
	connected: "Connected",
	reconnecting: "Reconnecting…",
};

/* A name nobody else has.  randomUUID() is missing on plain http pages. */
export function
randomId()
{
	const words = crypto.getRandomValues(new Uint32Array(4));

	return Array.from(words, (word) => word.toString(36)).join("");
}

/*
 * Only long-polling is left in the client: FastCGI carries no WebSocket, and
 * the pages are never cross-origin.  Timers stay in the client's worker: of
 * hidden pages, browsers let them run once a minute, and a session does not
 * live that long without a connect.
 */
function
newClient()
{
	const client = new CometD();

	client.unregisterTransport("websocket");
	client.unregisterTransport("callback-polling");
	client.configure({
		url: BAYEUX_URL,
		logLevel: "warn",
		maxBackoff: 10000,
	});
	return client;
}

export class Connection {
	#client = newClient();
	#state = "disconnected";
	#answer = null;
	#closed = Promise.resolve();
	#onState;

	/*
	 * onState(state, error): the state has changed; error is the server's
	 * own word, if it gave one.
	 * onSession(client): a new session has begun, the first or a later
	 * one.  It knows no subscription yet: subscribe here.
	 * onAnswer(): a /meta/connect was answered with success.
	 */
	constructor({ onState, onSession, onAnswer })
	{
		this.#onState = onState;
		this.#client.addListener("/meta/handshake", (message) => {
			if (message.successful)
				onSession?.(this.#client);
			else
				this.#note(false, message.error);
		});
		this.#client.addListener("/meta/connect", (message) => {
			this.#note(message.successful, message.error);
			if (message.successful)
				onAnswer?.();
		});
		this.#client.addListener("/meta/disconnect", () => {
			this.#note(false);
		});
	}

	get state()
	{
		return this.#state;
	}

	get client()
	{
		return this.#client;
	}

	async open()
	{
		await this.#closed;
		if (!this.#client.isDisconnected())
			return;
		this.#answer = null;
		this.#client.handshake();
		this.#settle();
	}

	/* End the session; open() waits until the server has been told. */
	close()
	{
		if (this.#client.isDisconnected())
			return;
		this.#closed = new Promise((resolve) => {
			this.#client.disconnect(resolve);
		});
		this.#settle();
	}

	/*
	 * The page goes away and cannot wait for answers: hand the last words,
	 * [channel, data], and the end of the session to the browser.
	 */
	abandon(lastWords)
	{
		const clientId = this.#client.getClientId();
		const messages = lastWords.map(([channel, data]) =>
			({ channel, data }));

		if (clientId === null || this.#client.isDisconnected())
			return;
		messages.push({ channel: "/meta/disconnect" });
		messages.forEach((message, index) => {
			message.id = `bye${index}`;
			message.clientId = clientId;
		});
		navigator.sendBeacon(BAYEUX_URL,
			new Blob([JSON.stringify(messages)],
				{ type: "application/json" }));
	}

	#note(successful, error)
	{
		this.#answer = Boolean(successful);
		this.#settle(error);
	}

	/*
	 * The client decides after its listeners have run whether it goes on,
	 * so the state is read when it has finished with this response.
	 */
	#settle(error)
	{
		queueMicrotask(() => {
			const state = this.#judge();

			if (state === this.#state)
				return;
			this.#state = state;
			this.#onState?.(state, error);
		});
	}

	#judge()
	{
		if (this.#client.isDisconnected())
			return "disconnected";
		if (this.#answer === null)
			return "connecting";
		return this.#answer ? "connected" : "reconnecting";
	}
}

/*
 * Open connection for as long as the page is there.  lastWords() is what to
 * publish when it goes, as abandon() takes it.
 */
export function
openWithPage(connection, lastWords = () => [])
{
	addEventListener("pagehide", () => connection.abandon(lastWords()));
	addEventListener("pageshow", (event) => {
		/* From the back-forward cache: the session is over. */
		if (event.persisted)
			connection.open();
	});
	connection.open();
}

/* Show state in the element that every page has for it. */
export function
showState(element, state, text = STATE_TEXT[state])
{
	element.dataset.state = state;
	element.textContent = text;
}

/*
 * Say in an element that is hidden otherwise that nobody tries any more, as
 * that does not mend itself.
 */
export function
showTrouble(element, state, error)
{
	element.hidden = state !== "disconnected";
	element.textContent = `${error ?
		`The server ended this session: ${error}.` :
		"The server ended this session."} ` +
		"Load the page again to begin another.";
}

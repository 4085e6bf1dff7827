// clients.mjs - the clients that people use, with a log of what they see.

import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import vm from 'node:vm';
import { request } from './raw.mjs';
import { patience, until, within } from './wait.mjs';

// Faye looks around for a browser, so it comes before the shim makes one.
const faye = createRequire(import.meta.url)('faye');
const { adapt } = await import('cometd-nodejs-client');
adapt();
const { CometD, LongPollingTransport } = await import('cometd');

// Notes each request in requests: { url, messages, xhr }, and once it is over
// the text of the response, or that it has failed.
class WatchedLongPolling extends LongPollingTransport {
	constructor(requests) {
		super();
		this.watched = requests;
	}

	xhrSend(packet) {
		const noted = { url: packet.url,
			messages: JSON.parse(packet.body) };
		this.watched.push(noted);
		noted.xhr = super.xhrSend({ ...packet, onSuccess: (text) => {
			noted.text = text;
			packet.onSuccess(text);
		}, onError: (...why) => {
			noted.failed = true;
			packet.onError(...why);
		} });
		return noted.xhr;
	}
}

// The CometD client.  failures: replies that were not successful, and
// requests that failed; connects: how many connects have succeeded; sent and
// got: every message, as it left and as it came; requests: see above.
export class CometdClient {
	constructor(stack, settings = {}) {
		this.client = new CometD();
		this.client.configure({ url: `${stack.url}/cometd`,
			logLevel: 'error', backoffIncrement: 50,
			maxBackoff: 200, maxNetworkDelay: patience,
			...settings });
		this.requests = [];
		this.client.unregisterTransport('long-polling');
		this.client.registerTransport('long-polling',
		    new WatchedLongPolling(this.requests), 1);
		this.sent = [];
		this.got = [];
		this.client.registerExtension('notes', {
			outgoing: (message) => void this.sent.push(message),
			incoming: (message) =>
				void this.got.push(structuredClone(message))
		});
		this.failures = [];
		this.refusals = 0;
		this.connects = 0;
		this.handshakes = 0;
		this.client.addListener('/meta/unsuccessful', (message) => {
			// It tries a WebSocket first, which is refused (J11).
			if (message.failure?.connectionType === 'websocket')
				this.refusals++;
			else
				this.failures.push(message);
		});
		this.client.addListener('/meta/connect', (message) => {
			this.connects += message.successful ? 1 : 0;
		});
		this.client.addListener('/meta/handshake', (message) => {
			this.handshakes += message.successful ? 1 : 0;
		});
	}

	get transport() {
		return this.client.getTransport().type;
	}

	// Done when the handshake is over, before the first connect.
	async handshake() {
		const reply = await new Promise((resolve) => {
			const listener = this.client.addListener(
			    '/meta/handshake', (message) => {
				if (!message.successful)
					return;
				this.client.removeListener(listener);
				resolve(message);
			});
			this.client.handshake();
		});
		return reply;
	}

	// Events of channel, as they come; done when subscribed.
	async subscribe(channel, received = []) {
		const reply = await new Promise((resolve) => {
			this.client.subscribe(channel,
			    (message) => received.push(message), resolve);
		});
		if (!reply.successful)
			throw Object.assign(new Error(reply.error), { reply });
		return received;
	}

	// Events of channel, of this session and of each that follows, as an
	// application keeps its subscriptions.
	async follow(channel, received = []) {
		this.client.addListener('/meta/handshake', (reply) => {
			if (reply.successful)
				this.client.subscribe(channel,
				    (message) => received.push(message));
		});
		return this.subscribe(channel, received);
	}

	publish(channel, data) {
		return new Promise((resolve) => {
			this.client.publish(channel, data, resolve);
		});
	}

	// The reply; nothing when it had left before.
	async disconnect() {
		if (this.client.isDisconnected())
			return undefined;
		return new Promise((resolve) => {
			this.client.disconnect(resolve);
		});
	}
}

// The Faye client, with the same face.
export class FayeClient {
	constructor(stack) {
		this.client = new faye.Client(`${stack.url}/cometd`,
		    { retry: 0.2 });
		this.handshakes = 0;
		this.connects = 0;
		this.sent = [];
		this.got = [];
		this.client.addExtension({ outgoing: (message, callback) => {
			this.sent.push(message);
			callback(message);
		}, incoming: (message, callback) => {
			this.got.push(structuredClone(message));
			if (message.successful &&
			    message.channel === '/meta/handshake')
				this.handshakes++;
			if (message.successful &&
			    message.channel === '/meta/connect')
				this.connects++;
			callback(message);
		} });
	}

	get transport() {
		return this.client._dispatcher.connectionType;
	}

	async handshake() {
		this.client.connect();
		await until(() => this.handshakes > 0, 'Faye shakes hands');
	}

	async subscribe(channel, received = []) {
		await this.client.subscribe(channel).withChannel((name, data) =>
		    received.push({ channel: name, data }));
		return received;
	}

	// Faye subscribes anew by itself (F2).
	follow(channel, received) {
		return this.subscribe(channel, received);
	}

	async publish(channel, data) {
		await this.client.publish(channel, data);
		return { successful: true };
	}

	// It would try for ever to reach a server that is gone.
	async disconnect() {
		try {
			await within(Promise.resolve(this.client.disconnect()),
			    'Faye leaves');
		} finally {
			this.close();
		}
	}

	// Without a word.
	close() {
		this.client._advice.reconnect = 'none';
		this.client._dispatcher.close();
	}
}

export const kinds = { cometd: CometdClient, faye: FayeClient };

// Whether it passes or not, no client stays and polls.
export async function withNewClients(stack, names, use) {
	const clients = names.map((name) => new kinds[name](stack));
	try {
		await use(...clients);
	} finally {
		await within(Promise.all(clients.map((client) =>
		    client.disconnect())), 'all clients to leave');
	}
}

export function withClients(stack, names, use) {
	return withNewClients(stack, names, async (...clients) => {
		for (const client of clients)
			await within(client.handshake(), 'a handshake');
		await use(...clients);
	});
}

export function datas(received) {
	return received.map((message) => message.data);
}

// Until as many as wanted are there; they must be these, in this order.
export async function receives(received, wanted) {
	await until(() => received.length >= wanted.length,
	    `${wanted.length} events are there`).catch(() => {});
	assert.deepEqual(datas(received), wanted);
}

// What client has got as the replies to its messages to channel.
export function replies(client, channel) {
	return client.got.filter((message) => message.channel === channel &&
	    message.successful !== undefined);
}

// As much of a document as JSONP needs: script tags that load, from the web
// server at address.  What they call is a global, or a member of window.
export function makeDocument(address) {
	const head = {
		removeChild() {},
		appendChild(script) {
			const { pathname, search } = new URL(script.src);
			script.parentNode = head;
			script.loaded = request(address, { method: 'GET',
				path: pathname + search }).then(({ text }) =>
			    vm.runInThisContext(`with (window) {${text}}`),
			    (error) => script.onerror({ type: error.code }));
		},
	};
	return { createElement: () => ({}),
		getElementsByTagName: () => [head] };
}

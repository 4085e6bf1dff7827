// clients.mjs - the clients that people use, with a log of what they see.

import { createRequire } from 'node:module';
import { until } from './wait.mjs';

// Faye looks around for a browser, so it comes before the shim makes one.
const faye = createRequire(import.meta.url)('faye');
const { adapt } = await import('cometd-nodejs-client');
adapt();
const { CometD } = await import('cometd');

// The CometD client.  failures: replies that were not successful, and
// requests that failed; connects: how many connects have succeeded.
export class CometdClient {
	constructor(stack, settings = {}) {
		this.client = new CometD();
		this.client.configure({ url: `${stack.url}/cometd`,
			logLevel: 'error', backoffIncrement: 50,
			maxBackoff: 200, ...settings });
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
		this.client.addExtension({ incoming: (message, callback) => {
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

	async publish(channel, data) {
		await this.client.publish(channel, data);
		return { successful: true };
	}

	async disconnect() {
		await this.client.disconnect();
	}
}

export const kinds = { cometd: CometdClient, faye: FayeClient };

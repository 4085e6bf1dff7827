// draft_client.mjs - what the scripted clients of the draft's time share: a
// record of all they have sent and seen, and a death that is noticed.

import { barrier } from './bayeux.mjs';
import { Connection } from './raw.mjs';
import { until } from './wait.mjs';

export class DraftClient {
	constructor(address) {
		this.address = address;
		// { messages, type, text, replies }, the latter once there.
		this.requests = [];
		this.connections = new Set();
	}

	// As of wait.mjs, but for a client that has died.
	until(test, what) {
		return until(() => {
			if (this.death)
				throw this.death;
			return test();
		}, what);
	}

	// Until a connect waits that is not answered at once.
	async polls() {
		await this.until(() => this.sent('/meta/connect').length > 1,
		    'it polls');
		await barrier(this.address);
	}

	// Until count requests at most, such as a held connect, are left.
	idle(count = 1) {
		return this.until(() => this.requests.filter(({ replies }) =>
			!replies).length <= count, 'all is answered');
	}

	// Requests with a message to channel.
	sent(channel) {
		return this.requests.filter(({ messages }) =>
		    messages.some((message) => message.channel === channel));
	}

	// The replies, but no events, that channel names.
	replies(channel) {
		return this.requests.flatMap(({ replies = [] }) => replies)
		    .filter((reply) => reply.channel === channel &&
			!('data' in reply));
	}

	// The end of its page, or of its process.
	stop() {
		this.stopped = true;
		for (const connection of this.connections)
			connection.abort();
	}

	die(error) {
		this.death = this.death || error;
		this.stop();
	}

	// Begin the record of a request.
	note(messages) {
		const entry = { messages: structuredClone(messages) };

		this.requests.push(entry);
		return entry;
	}

	// The response, on a connection of its own; goes into the record.
	async http(entry, options) {
		const connection = await Connection.open(this.address);

		this.connections.add(connection);
		if (this.stopped)
			connection.abort();
		try {
			const response = await connection.request({ ...options,
				headers: { Connection: 'close',
					...options.headers } });

			entry.type = response.header('Content-Type');
			entry.text = response.text;
			return response;
		} finally {
			this.connections.delete(connection);
			connection.close();
		}
	}
}

// poller.mjs - clients that keep on polling, whatever happens to the server.
//
//   const pollers = await pollersOf(stack.http, '/a', 300);
//   ... things go wrong ...
//   await receive(pollers, [1, 2, 3]);
//   await stopAll(pollers);
//
// Each acknowledges what it has got (the ack extension), as often as it takes,
// handshakes anew when it is told to, and keeps everything it was sent.

import assert from 'node:assert/strict';
import { barrier, types } from './bayeux.mjs';
import { exchange } from './fastcgi.mjs';
import { Connection, format } from './raw.mjs';
import { until } from './wait.mjs';

const longest = 200; // ms between an attempt that failed and the next

class Poller {
	constructor(address, channel) {
		this.address = address;
		this.channel = channel;
		this.received = [];
		this.handshakes = 0;
		this.outages = 0;	// requests that had no answer
		this.refused = 0;	// those that had 503
		this.polls = 0;		// connects of this session, sent
		this.isPolling = false;	// the last of them has no answer
		this.stopped = false;
		this.done = this.#run();
	}

	async #run() {
		while (!this.stopped) {
			try {
				await this.#step();
			} catch (error) {
				if (error instanceof assert.AssertionError)
					throw error;
				this.outages++;
				await this.#pause();
			}
		}
	}

	#pause() {
		return new Promise((resolve) =>
			setTimeout(resolve, Math.random() * longest));
	}

	async #step() {
		if (!this.clientId)
			await this.#join();
		else
			await this.#poll();
	}

	// The replies; null when the server is too busy.
	async #post(message) {
		const connection = await Connection.open(this.address);
		this.connection = connection;
		if (this.stopped)
			connection.socket.destroy();
		try {
			const response = await connection.send(format({
				headers: { Connection: 'close' },
				body: JSON.stringify([message]) }));
			if (response.status === 200)
				return response.json;
			assert.ok([500, 502, 503, 504].includes(response.status),
			    `${response.status} ${response.text}`);
			this.refused += response.status === 503 ? 1 : 0;
			await this.#pause();
			return null;
		} finally {
			connection.close();
		}
	}

	async #join() {
		const shaken = await this.#post({ channel: '/meta/handshake',
			version: '1.0', supportedConnectionTypes: types,
			ext: { ack: true } });
		if (!shaken)
			return;
		const [{ successful, clientId }] = shaken;
		if (!successful) {
			await this.#pause();
			return;
		}
		const replies = await this.#post({ channel: '/meta/subscribe',
			clientId, subscription: this.channel });
		if (!replies || !replies[0].successful)
			return;
		this.handshakes++;
		this.ack = 0;
		this.polls = 0;
		this.clientId = clientId;
	}

	async #poll() {
		this.polls++;
		this.isPolling = true;
		const replies = await this.#post({ channel: '/meta/connect',
			clientId: this.clientId, connectionType: 'long-polling',
			ext: { ack: this.ack } }).finally(() => {
			this.isPolling = false;
		});
		if (!replies)
			return;
		const reply = replies.at(-1);
		assert.equal(reply.channel, '/meta/connect');
		for (const { data } of replies.slice(0, -1))
			this.received.push(data);
		if (reply.successful)
			this.ack = reply.ext.ack;
		else if (reply.advice.reconnect === 'handshake')
			this.clientId = undefined;
	}

	async stop() {
		this.stopped = true;
		this.connection?.socket.destroy();
		await this.done;
	}
}

// Until the server holds a connect of each.
export async function holds(pollers) {
	await until(() => pollers.every(({ polls, isPolling }) =>
		polls > 1 && isPolling), 'all poll');
	await barrier(pollers[0].address);
}

// count of them, of which nobody may be there yet.
export function startPollers(address, channel, count) {
	const pollers = Array.from({ length: count },
	    () => new Poller(address, channel));
	for (const { done } of pollers)
		done.catch(() => {});
	return pollers;
}

// count of them that are subscribed to channel and poll.
export async function pollersOf(address, channel, count) {
	const pollers = startPollers(address, channel, count);
	try {
		await holds(pollers);
	} catch (error) {
		await stopAll(pollers);
		throw error;
	}
	return pollers;
}

// Until each has had as many messages; they are list, in this order.
export async function receive(pollers, list) {
	await until(() => pollers.every(({ received }) =>
		received.length >= list.length),
	    `all ${pollers.length} received ${list.length} messages`);
	for (const { received } of pollers)
		assert.deepEqual(received, list);
}

// Publish each of list by somebody who needs no web server; all of it has been
// acknowledged then.
export async function publishBeside(stack, channel, list) {
	const send = async (message) => {
		const { json } = await exchange(stack.fcgi, [message]);
		assert.equal(json[0].successful, true, JSON.stringify(json));
		return json[0];
	};
	const { clientId } = await send({ channel: '/meta/handshake',
		version: '1.0', supportedConnectionTypes: types });
	for (const data of list)
		await send({ channel, clientId, data });
	await send({ channel: '/meta/disconnect', clientId });
}

// What one of them did not understand is an error here.
export async function stopAll(pollers) {
	await Promise.all(pollers.map((poller) => poller.stop()));
}

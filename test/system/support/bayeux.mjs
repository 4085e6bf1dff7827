// bayeux.mjs - a small Bayeux client that does only what it is told.
//
// Nothing is retried, reordered or added behind the test's back, so a test
// sees every reply with its HTTP response.

import assert from 'node:assert/strict';
import { Connection, request } from './raw.mjs';
import { watch, within } from './wait.mjs';

export const types = ['long-polling', 'cross-origin-long-polling',
	'callback-polling', 'eventsource'];

let lastId = 0;

// POST messages (an object, an array, or text that goes out as it is).
export function post(address, messages, options = {}) {
	const body = typeof messages === 'string' || Buffer.isBuffer(messages) ?
	    messages : JSON.stringify(messages);
	return request(address, { ...options, body });
}

// The replies to messages, which must come with HTTP 200.
export async function send(address, messages, options) {
	const response = await post(address, messages, options);
	assert.equal(response.status, 200, response.text);
	return response.json;
}

export class Client {
	// headers: what each of its requests says beside the usual.
	constructor(address, headers = {}) {
		this.address = address;
		this.headers = headers;
		this.clientId = undefined;
	}

	// A message of this client, with an id of its own.
	message(channel, fields = {}) {
		return { channel, clientId: this.clientId,
			id: String(++lastId), ...fields };
	}

	send(messages, options = {}) {
		return send(this.address, messages, { ...options,
			headers: { ...this.headers, ...options.headers } });
	}

	// The reply to one message; events that came with it go to events.
	async one(message, events = []) {
		const replies = await this.send([message]);
		let found;
		for (const reply of replies) {
			if (reply.channel === message.channel &&
			    reply.id === message.id && !('data' in reply))
				found = reply;
			else
				events.push(reply);
		}
		assert.ok(found, `no reply in ${JSON.stringify(replies)}`);
		return found;
	}

	async handshake(fields = {}) {
		const reply = await this.one({ channel: '/meta/handshake',
			version: '1.0', supportedConnectionTypes: types,
			id: String(++lastId), ...fields });
		this.clientId = reply.clientId;
		return reply;
	}

	connectMessage(fields = {}) {
		return this.message('/meta/connect',
		    { connectionType: 'long-polling', ...fields });
	}

	// All messages that one connect brings.
	connect(fields) {
		return this.send([this.connectMessage(fields)]);
	}

	// Handshake and first connect: the next connect may be held.
	async join() {
		const reply = await this.handshake();
		assert.equal(reply.successful, true, JSON.stringify(reply));
		const [first] = await this.connect();
		assert.equal(first.successful, true, JSON.stringify(first));
		return this;
	}

	subscribe(subscription, events) {
		return this.one(this.message('/meta/subscribe',
		    { subscription }), events);
	}

	unsubscribe(subscription, events) {
		return this.one(this.message('/meta/unsubscribe',
		    { subscription }), events);
	}

	publish(channel, data, fields = {}, events = []) {
		return this.one(this.message(channel, { data, ...fields }),
		    events);
	}

	disconnect(events) {
		return this.one(this.message('/meta/disconnect'), events);
	}

	// Send a connect and come back while it is under way.  Requests sent
	// before it have been answered, and so have a few sent after it by
	// somebody else, so the server has had it in hand for a while.
	async hold(fields) {
		const connection = await openUsed(this.address);
		const message = this.connectMessage(fields);
		const held = watch(connection.request({
			headers: this.headers, body: JSON.stringify([message])
		}));
		held.connection = connection;
		held.next = () => this.hold(fields);
		held.message = message;
		held.response = () => within(held.promise
		    .finally(() => connection.close()), 'a held connect');
		held.replies = async () => {
			const response = await held.response();
			assert.equal(response.status, 200, response.text);
			return response.json;
		};
		await barrier(this.address);
		return held;
	}
}

// A connection whose client is missed by the web server if it leaves the next
// request.  lighttpd watches for that if it has once waited for a request: not
// if the first one comes with the connection, nor if the next one is there when
// it has answered.  It is one thread: who else is answered after that knows
// that it waits.
export async function openUsed(address) {
	const connection = await Connection.open(address);
	await within(connection.request({ method: 'OPTIONS' }), 'an answer');
	await request(address, { method: 'OPTIONS' });
	return connection;
}

// A few complete requests, one after another.
export async function barrier(address) {
	for (let i = 0; i < 3; i++)
		await request(address, { method: 'OPTIONS' });
}

// The clients of a test that have joined.
export function joined(address, count) {
	return Promise.all(Array.from({ length: count },
	    () => new Client(address).join()));
}

// Only the events (messages with data) of replies.
export function events(replies) {
	return replies.filter((reply) => 'data' in reply);
}

// A broadcast channel that no other test uses.
export function freshChannel() {
	return `/test/c${++lastId}`;
}

// faulty.mjs - a little Bayeux server behind FastCGI that fails as it is told.
//
//   const server = await Faulty.listen('/path/of/a.sock', {
//       spread: (event, number, sessions) => ...,
//       answer: (messages, number) => ... });
//   ... clients that only publish, or listen and are subscribed ...
//   await server.close();
//
// spread says who gets an event, the number-th from 0, as [session, event]
// pairs; without it everybody who is subscribed does.  A session's drop() ends
// the connection of its last connect.  answer looks at a request first, the
// number-th that publishes, or undefined of any other.  It can return (a
// promise of) undefined, so that the request is served as it should be;
// { status, body } to answer that; 'close', or 'silence'.

import fs from 'node:fs';
import net from 'node:net';
import { END_REQUEST, STDIN, STDOUT, record, splitRecords, stream } from
    './fastcgi.mjs';

export function everybody(event, sessions) {
	return sessions.filter((session) => session.subscribed)
	    .map((session) => [session, event]);
}

export class Faulty {
	constructor({ spread, answer } = {}) {
		this.spread = spread ||
		    ((event, number, sessions) => everybody(event, sessions));
		this.answer = answer || (() => undefined);
		this.sessions = [];
		this.events = 0;
		this.publishes = 0;
		this.sockets = new Set();
		this.server = net.createServer((socket) => this.#serve(socket));
	}

	static async listen(path, faults) {
		const server = new Faulty(faults);
		await new Promise((resolve, reject) => {
			server.server.once('error', reject);
			server.server.listen(path, resolve);
		});
		fs.chmodSync(path, 0o666);
		return server;
	}

	// How many connects wait.
	get held() {
		return this.sessions.filter((session) => session.held).length;
	}

	#serve(socket) {
		let bytes = Buffer.alloc(0);
		const bodies = new Map();
		this.sockets.add(socket);
		socket.on('close', () => this.sockets.delete(socket));
		socket.on('error', () => {});
		socket.on('data', (more) => {
			const { found, rest } =
			    splitRecords(Buffer.concat([bytes, more]));
			bytes = rest;
			for (const { type, id, content } of found) {
				if (type !== STDIN)
					continue;
				const body = (bodies.get(id) || '') + content;
				bodies.set(id, content.length ? body : '');
				if (content.length === 0)
					this.#take(socket, id,
					    JSON.parse(body));
			}
		});
	}

	async #take(socket, id, messages) {
		const publishes = messages.some((one) => 'data' in one);
		const send = (body, status = 200) => socket.write(Buffer.concat([
			stream(STDOUT, id, `Status: ${status}\r\n` +
			    'Content-Type: application/json\r\n\r\n' +
			    (typeof body === 'string' ? body :
				JSON.stringify(body))),
			record(END_REQUEST, id, Buffer.alloc(8))
		]));
		const other = await this.answer(messages,
		    publishes ? this.publishes++ : undefined);
		if (other === 'close')
			socket.destroy();
		else if (other !== undefined && other !== 'silence')
			send(other.body, other.status);
		if (other === undefined)
			this.#handle(messages, send, () => socket.destroy());
	}

	#handle(messages, send, drop) {
		const replies = [];
		for (const { channel, clientId, data, advice } of messages) {
			const session = this.sessions[clientId];
			const reply = { channel, successful: true };
			if (channel === '/meta/connect' && !advice) {
				session.held = send;
				session.drop = drop;
				this.#flush(session);
				return;
			}
			if (channel === '/meta/handshake')
				reply.clientId = String(
				    this.sessions.push({ queue: [] }) - 1);
			if (channel === '/meta/subscribe')
				session.subscribed = true;
			if (data !== undefined)
				this.#publish({ channel, data });
			replies.push(reply);
		}
		send(replies);
	}

	#publish(event) {
		const pairs = this.spread(event, this.events++, this.sessions);
		for (const [session, one] of pairs)
			session.queue.push(one);
		for (const session of this.sessions)
			this.#flush(session);
	}

	#flush(session) {
		if (!session.held || session.queue.length === 0)
			return;
		session.held([...session.queue.splice(0),
			{ channel: '/meta/connect', successful: true }]);
		session.held = null;
	}

	async close() {
		for (const socket of this.sockets)
			socket.destroy();
		await new Promise((resolve) => this.server.close(resolve));
	}
}

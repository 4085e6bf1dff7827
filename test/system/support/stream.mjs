// stream.mjs - a reader of server-sent events that hides nothing.
//
//   const stream = await EventStream.open(stack.http, client.clientId);
//   await stream.until(() => stream.events.length > 0, 'an event');
//   ... stream.events[0] is { id, data } with data as parsed JSON ...
//   stream.abort();

import http from 'node:http';
import { within } from './wait.mjs';

export class EventStream {
	constructor(request, response) {
		this.request = request;
		this.response = response;
		this.status = response.statusCode;
		this.headers = response.headers;
		this.text = '';
		this.rest = '';
		this.events = [];
		this.ids = [];		// every id field, in order
		this.beats = 0;		// comments
		this.waiting = new Set();
		this.hasEnded = false;
		this.ended = new Promise((resolve) => {
			response.on('close', () => {
				this.hasEnded = true;
				this.#tell();
				resolve();
			});
		});
		response.setEncoding('utf8');
		response.on('data', (more) => this.#read(more));
		response.on('error', () => {});
	}

	// Done when the head has come, whatever its status.
	static async open(address, clientId, { headers = {}, query = '',
	    lastEventId } = {}) {
		const all = { Accept: 'text/event-stream', ...headers };
		if (lastEventId !== undefined)
			all['Last-Event-ID'] = lastEventId;
		const request = http.get({ ...address, host: '127.0.0.1',
			agent: false, path: `/cometd/${clientId}${query}`,
			headers: all });
		const response = await within(new Promise((resolve, reject) => {
			request.on('response', resolve);
			request.on('error', reject);
		}), 'the head of a stream');
		request.on('error', () => {});
		return new EventStream(request, response);
	}

	#read(more) {
		this.text += more;
		const blocks = (this.rest + more).split('\n\n');
		this.rest = blocks.pop();
		for (const block of blocks)
			this.#block(block);
		this.#tell();
	}

	#block(block) {
		const data = [];
		let id;
		for (const line of block.split('\n')) {
			if (line.startsWith(':'))
				this.beats++;
			else if (line.startsWith('id: '))
				id = line.slice(4);
			else if (line.startsWith('data: '))
				data.push(line.slice(6));
		}
		if (id !== undefined)
			this.ids.push(id);
		if (data.length > 0)
			this.events.push(...JSON.parse(data.join('\n'))
			    .map((message) => ({ id, ...message })));
	}

	#tell() {
		for (const look of this.waiting)
			look();
	}

	// Wait until test is true; it is asked when something has come.
	until(test, what) {
		return within(new Promise((resolve, reject) => {
			const look = () => {
				const result = test();
				if (!result && !this.hasEnded)
					return;
				this.waiting.delete(look);
				if (result)
					resolve(result);
				else
					reject(new Error(`ended before ${what}:` +
					    ` ${this.text}`));
			};
			this.waiting.add(look);
			look();
		}), what);
	}

	// The first bytes, which come without any event.
	first() {
		return this.until(() => this.ids.length > 0, 'the first bytes');
	}

	// The data of the first count events.
	async data(count) {
		await this.until(() => this.events.length >= count,
		    `${count} events`);
		return this.events.map((event) => event.data);
	}

	// As many signs of life from now on.
	beat(count = 1) {
		const before = this.beats;
		return this.until(() => this.beats >= before + count,
		    `${count} heartbeats`);
	}

	untilEnded() {
		return within(this.ended, 'the end of a stream');
	}

	// Leave as a browser that is shut does.
	abort() {
		this.request.destroy();
	}
}

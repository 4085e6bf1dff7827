// responder.mjs - a FastCGI program that keeps what it was asked.
//
//   const responder = await Responder.listen('/path/of/a.sock');
//   ... requests, each of which is answered "heard" ...
//   responder.requests	// of each its [name, value] pairs, in their order
//   await responder.close();

import fs from 'node:fs';
import net from 'node:net';
import { BEGIN_REQUEST, END_REQUEST, PARAMS, STDIN, STDOUT, record,
	splitPairs, splitRecords, stream } from './fastcgi.mjs';

const answer = 'Status: 200\r\nContent-Type: text/plain\r\n\r\nheard';

export class Responder {
	constructor() {
		this.requests = [];
		this.sockets = new Set();
		this.server = net.createServer((socket) => this.#serve(socket));
	}

	static async listen(path) {
		const responder = new Responder();
		await new Promise((resolve, reject) => {
			responder.server.once('error', reject);
			responder.server.listen(path, resolve);
		});
		// Web servers that root starts run as another user.
		fs.chmodSync(path, 0o666);
		return responder;
	}

	#serve(socket) {
		let bytes = Buffer.alloc(0);
		const params = new Map();
		this.sockets.add(socket);
		socket.on('close', () => this.sockets.delete(socket));
		socket.on('error', () => {});
		socket.on('data', (more) => {
			const { found, rest } =
			    splitRecords(Buffer.concat([bytes, more]));
			bytes = rest;
			for (const one of found)
				this.#take(socket, params, one);
		});
	}

	#take(socket, params, { type, id, content }) {
		if (type === BEGIN_REQUEST)
			params.set(id, []);
		else if (type === PARAMS)
			params.get(id).push(Buffer.from(content));
		if (type !== STDIN || content.length > 0)
			return;
		this.requests.push(splitPairs(Buffer.concat(params.get(id))));
		socket.end(Buffer.concat([
			stream(STDOUT, id, answer),
			record(END_REQUEST, id, Buffer.alloc(8))
		]));
	}

	async close() {
		for (const socket of this.sockets)
			socket.destroy();
		await new Promise((resolve) => this.server.close(resolve));
	}
}

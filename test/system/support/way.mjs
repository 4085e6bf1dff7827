// way.mjs - a way to the web server on which answers can be lost.
//
//   const way = await Way.open(stack);
//   const lost = way.lose('"/meta/connect"');
//   ... what is sent to way.http or way.url arrives ...
//   await lost;
//   way.close();
//
// The web server has then sent the whole answer, so the process has long
// written it; the client has seen its connection end, and nothing else.

import net from 'node:net';
import { Response } from './raw.mjs';
import { until, within } from './wait.mjs';

export class Way {
	constructor(port) {
		this.sockets = new Set();
		this.traps = [];
		this.stalled = null;
		this.server = net.createServer((near) => this.join(near,
		    net.connect(port, '127.0.0.1')));
	}

	static async open(stack) {
		const way = new Way(stack.port);
		await new Promise((resolve) =>
			way.server.listen(0, '127.0.0.1', resolve));
		return way;
	}

	get port() {
		return this.server.address().port;
	}

	get http() {
		return { port: this.port };
	}

	get url() {
		return `http://127.0.0.1:${this.port}`;
	}

	join(near, far) {
		for (const [from, to] of [[near, far], [far, near]]) {
			this.sockets.add(from);
			from.on('error', () => to.destroy());
			from.on('close', () => {
				this.sockets.delete(from);
				to.end();
			});
		}
		near.on('data', (bytes) => far.write(bytes));
		let answer = Buffer.alloc(0);
		far.on('data', (bytes) => {
			answer = Buffer.concat([answer, bytes]);
			const found = Response.parse(answer);
			if (!found)
				return;
			this.pass(near, answer.subarray(0, found.used),
			    found.response);
			answer = answer.subarray(found.used);
		});
	}

	// Each answer comes here once all of it is there.
	pass(near, bytes, response) {
		if (this.stalled && response.text.includes(this.stalled.text)) {
			this.stalled.answers.push([near, bytes]);
			return;
		}
		const at = this.traps.findIndex(({ text }) =>
		    response.text.includes(text));
		if (at < 0) {
			near.write(bytes);
			return;
		}
		const [{ share, resolve }] = this.traps.splice(at, 1);
		const gone = () => {
			near.destroy();
			resolve(response);
		};
		const length = Math.floor(bytes.length * share);
		if (length > 0)
			near.write(bytes.subarray(0, length), gone);
		else
			gone();
	}

	// Of the next answer with text in it that share arrives; the promise
	// is that of the answer as it was.
	lose(text, share = 0) {
		const lost = within(new Promise((resolve) => {
			this.traps.push({ text, share, resolve });
		}), `an answer with ${text}`);
		lost.catch(() => {});
		return lost;
	}

	// Lose no more; who waits for it is told null.
	forget() {
		for (const { resolve } of this.traps.splice(0))
			resolve(null);
	}

	// Answers with text in them wait until resume.
	stall(text = '') {
		this.stalled = { text, answers: [] };
	}

	holds(text) {
		return until(() => this.stalled.answers.some(([, bytes]) =>
			bytes.includes(text)), `${text} is on its way`);
	}

	resume() {
		const { answers } = this.stalled;
		this.stalled = null;
		for (const [near, bytes] of answers)
			if (!near.destroyed)
				near.write(bytes);
	}

	close() {
		for (const socket of this.sockets)
			socket.destroy();
		this.server.close();
		this.forget();
	}
}

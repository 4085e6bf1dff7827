// content_fronts.test.mjs - HTTP that plugins answer piece by piece, through
// each of the example configurations.

import assert from 'node:assert/strict';
import net from 'node:net';
import { after, before, describe, test } from 'node:test';
import { request } from './support/raw.mjs';
import { pluginFile, startStack } from './support/stack.mjs';
import { EventStream } from './support/stream.mjs';
import { until, within } from './support/wait.mjs';

const flood = 20000000;		// bytes, as test/plugins/content.c has it

for (const front of ['lighttpd', 'apache', 'nginx']) {
	describe(front, () => {
		let stack;
		before(async () => {
			stack = await startStack({ front, options: {
				max_queue_size: '200KiB' },
			config: `plugin "content" {
				path = "${pluginFile('content')}" }` });
		});
		after(() => stack?.stop());

		const get = (path, method = 'GET') => request(stack.http,
		    { method, path: `/cometd/content${path}` });
		const count = (text) => stack.output.split(text).length - 1;

		test('each piece comes at once', async () => {
			const stream = await EventStream.open(stack.http,
			    'content/stream');
			for (let i = 0, all = 'first\n'; i < 5; i++) {
				await stream.until(() => stream.text === all,
				    `piece ${i}`);
				await get(`/say?${i}`);
				all += i;
			}
			await get('/end');
			await stream.untilEnded();
			assert.equal(stream.text, 'first\n01234last\n');
			assert.ok(stream.response.complete);
		});

		test('HEAD has the headers alone', async () => {
			const { status, body } = await get('/echo', 'HEAD');
			assert.equal(status, 200);
			assert.equal(body.length, 0);
		});

		test('a client that leaves its stream is noticed', async () => {
			const before = count('what=stream');
			const stream = await EventStream.open(stack.http,
			    'content/stream');
			await stream.until(() => stream.text !== '', 'bytes');
			stream.abort();
			// A web server may see that only when it writes.
			await until(async () => {
				await get('/say?more');
				return count('what=stream') > before;
			}, 'the plugin is told');
			assert.equal(count('what=stream'), before + 1);
		});

		test('what a client does not read is not kept', async () => {
			const socket = net.connect(stack.port, '127.0.0.1');
			let length = 0;
			let text = '';
			socket.pause();
			socket.on('data', (bytes) => {
				length += bytes.length;
				text = (text + bytes.toString('latin1'))
				    .slice(-10);
			});
			socket.write('GET /cometd/content/flood HTTP/1.1\r\n' +
			    'Host: a\r\nConnection: close\r\n\r\n');
			const ended = new Promise((resolve) =>
			    socket.on('close', resolve));
			await until(() => count('event=full') > 0,
			    'the plugin is refused');
			socket.resume();
			await within(ended, 'the end');
			assert.ok(length >= flood, `${length} bytes`);
		});
	});
}

// Of the three nginx tells of each client that goes while nothing is written.
test('who leaves before the answer is noticed', async () => {
	const stack = await startStack({ front: 'nginx',
		config: `plugin "content" {
			path = "${pluginFile('content')}" }` });
	try {
		const socket = net.connect(stack.port, '127.0.0.1');
		socket.write('GET /cometd/content/never HTTP/1.1\r\n' +
		    'Host: a\r\n\r\n');
		await until(() => stack.output.includes('event=waits'),
		    'it is held');
		socket.destroy();
		await until(() => stack.output.includes('what=never'),
		    'the plugin is told');
	} finally {
		await stack.stop();
	}
});

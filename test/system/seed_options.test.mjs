// seed_options.test.mjs - what POE::Component::Server::Bayeux could be told.
//
// A test has the name of its option there, and holds ours to what is written
// about it there.  What that server did with files is the web server's work
// here: see front_*.test.mjs.

import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { Client, events, freshChannel, post, send }
	from './support/bayeux.mjs';
import { untilInHand } from './support/front_cases.mjs';
import { request } from './support/raw.mjs';
import { scratchFolder, startStack } from './support/stack.mjs';
import { inTime, moment, until } from './support/wait.mjs';

async function withStack(options, use) {
	const stack = await startStack({ options });
	try {
		await use(stack);
	} finally {
		await stack.stop();
	}
	return stack;
}

test('AnonPublish: clients may publish without a handshake, if told so',
    async () => {
	const publish = async (stack) => {
		const channel = freshChannel();
		const client = await new Client(stack.http).join();
		await client.subscribe(channel);
		const [reply] = await send(stack.http,
		    [{ channel, id: '1', data: 'x' }]);
		const heard = events(await client.connect(
		    { advice: { timeout: 0 } }));
		return { error: reply.error, heard: heard.length };
	};
	await withStack({}, async (stack) =>
		assert.deepEqual(await publish(stack),
		    { error: '402::session_unknown', heard: 0 }));
	await withStack({ anonymous_publish: 'yes' }, async (stack) =>
		assert.deepEqual(await publish(stack),
		    { error: undefined, heard: 1 }));
});

// Its 120 seconds are our timeout and max_interval together.
test('ConnectTimeout: a client that goes too long without a connect has to' +
    ' handshake again', () => inTime(moment, (mark) => withStack({
	timeout: `${3 * moment}ms`, max_interval: `${moment}ms`
}, async (stack) => {
	const client = new Client(stack.http);
	mark();
	await client.handshake();
	mark();
	await client.connect();
	mark();
	// To have one open is not to be without, however long it lasts.
	const began = Date.now();
	const [held] = await client.connect();
	mark(3 * moment);
	assert.ok(Date.now() - began > 2 * moment);
	assert.equal(held.successful, true);
	const [next] = await client.connect({ advice: { timeout: 0 } });
	mark();
	assert.equal(next.successful, true);
	await until(() => /event=gone .* reason=expired$/m.test(stack.output),
	    'the session ends');
	const [late] = await client.connect();
	assert.equal(late.error, '402::session_unknown');
	assert.equal(late.advice.reconnect, 'handshake');
	assert.equal((await client.handshake()).successful, true);
})));

test('ClientMaxConnections: one more from an address is refused, and pages' +
    ' are not counted', () => withStack({ timeout: '600s',
    max_connections_per_address: 3 }, async (stack) => {
	const clients = [];
	for (let i = 1; i <= 3; i++) {
		const client = await new Client(stack.http).join();
		client.held = await client.hold();
		clients.push(client);
		await untilInHand(stack, i);
	}
	const handshake = [{ channel: '/meta/handshake', version: '1.0',
		supportedConnectionTypes: ['long-polling'] }];
	assert.equal((await post(stack.http, handshake)).status, 503);
	for (let i = 0; i < 5; i++) {
		const page = await request(stack.http,
		    { method: 'GET', path: '/' });
		assert.equal(page.status, 200);
	}
	clients[0].held.connection.close();
	await untilInHand(stack, 2);
	const [reply] = await send(stack.http, handshake);
	assert.equal(reply.successful, true);
}));

test('Debug: there are more lines in the log', async () => {
	const lines = {};
	for (const level of ['info', 'debug']) {
		const { output } = await withStack({ log_level: level },
		    (stack) => new Client(stack.http).join());
		lines[level] = output.match(/^\S+ debug .*$/gm) || [];
		assert.match(output, /^\S+ notice event=listening /m);
	}
	assert.deepEqual(lines.info, []);
	assert.notDeepEqual(lines.debug, []);
});

test('LogFile: the log goes to a file', async () => {
	const folder = scratchFolder();
	const file = path.join(folder, 'log');
	try {
		const { output } = await withStack({ log_target: file },
		    (stack) => new Client(stack.http).join());
		assert.match(fs.readFileSync(file, 'utf8'),
		    /^\S+ notice event=listening .*\n[^]*event=stopped .*\n/);
		assert.equal(output, '');
	} finally {
		fs.rmSync(folder, { recursive: true, force: true });
	}
});

// remote_call.test.mjs - remote calls (rule 107), to test/plugins/probe.c.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { BinaryExtension } from '../node_modules/cometd/BinaryExtension.js';
import { Client, events } from './support/bayeux.mjs';
import { CometdClient, withClients } from './support/clients.mjs';
import { pluginFile, shippedPlugin, startStack } from './support/stack.mjs';
import { within } from './support/wait.mjs';

const target = 'probe/call';
const channel = `/service/${target}`;

let stack;
before(async () => {
	stack = await startStack({ options: { timeout: '600s' },
		config: `plugin "probe" { path = "${pluginFile('probe')}" }` });
});
after(() => stack.stop());

// What a call brings, and each further time that it is told so.
async function call(client, content, name = target, timeout = 600000) {
	const told = [];
	const first = new Promise((resolve) => {
		client.client.remoteCall(name, content, timeout, (reply) => {
			told.push(reply);
			resolve(reply);
		});
	});
	return { reply: await within(first, 'a reply to the call'), told };
}

test('rule 107: exactly one reply, besides that of the publish', async () => {
	const client = await new Client(stack.http).join();
	const message = client.message(channel, { data: { a: 'b' } });
	const { id } = message;
	assert.deepEqual(await client.send([message]), [
		{ channel, data: { a: 'b' }, id, successful: true },
		{ channel, id, successful: true },
	]);
	assert.deepEqual(events(await client.connect(
	    { advice: { timeout: 0 } })), []);
});

test('rule 107: a call that fails has data as well', async () => {
	const client = await new Client(stack.http).join();
	const message = client.message(channel,
	    { data: { fail: true, value: null } });
	const { id } = message;
	assert.deepEqual(await client.send([message]), [
		{ channel, data: null, id, successful: false },
		{ channel, id, successful: true },
	]);
});

test('rule 107: the CometD client calls, and is told once', () =>
	withClients(stack, ['cometd'], async (client) => {
		for (const content of [{ a: [1, 'ä', { b: null }] }, 'text', 0,
			[], false]) {
			const { reply, told } = await call(client, content);
			assert.equal(reply.successful, true);
			assert.deepEqual(reply.data, content);
			await client.publish('/a', 1);
			assert.equal(told.length, 1);
		}
		assert.deepEqual(client.failures, []);
	}));

test('rule 107: the CometD client is told that its call failed', () =>
	withClients(stack, ['cometd'], async (client) => {
		const { reply, told } = await call(client,
		    { fail: true, value: { code: 7 } });
		assert.equal(reply.successful, false);
		assert.deepEqual(reply.data, { code: 7 });
		await client.publish('/a', 1);
		assert.equal(told.length, 1);
	}));

test('rule 107: null reaches the CometD client', () =>
	withClients(stack, ['cometd'], async (client) => {
		for (const fail of [false, true]) {
			const { reply, told } = await call(client,
			    { fail, value: null });
			assert.equal(reply.successful, !fail);
			assert.equal(reply.data, null);
			await client.publish('/a', 1);
			assert.equal(told.length, 1);
		}
	}));

test('rule 107: an answer that comes later ends a held connect', () =>
	withClients(stack, ['cometd'], async (client) => {
		const other = await new Client(stack.http).join();
		const pending = call(client, {}, 'probe/later');
		await client.publish('/a', 1);
		await other.publish('/service/probe/now', { late: 1 });
		const { reply } = await pending;
		assert.deepEqual(reply.data, { late: 1 });
		assert.ok(!('successful' in reply));
	}));

test('rule 107: calls may overtake each other', () =>
	withClients(stack, ['cometd'], async (client) => {
		const other = await new Client(stack.http).join();
		const slow = call(client, {}, 'probe/later');
		await client.publish('/a', 1);
		const quick = await Promise.all([1, 2, 3].map((n) =>
		    call(client, { n })));
		assert.deepEqual(quick.map(({ reply }) => reply.data.n),
		    [1, 2, 3]);
		await other.publish('/service/probe/now', 'slow');
		assert.equal((await slow).reply.data, 'slow');
	}));

test('rule 107: to an unknown target the client gives up by itself', () =>
	withClients(stack, ['cometd'], async (client) => {
		const { reply } = await call(client, {}, 'nobody/there', 50);
		assert.equal(reply.successful, false);
		assert.equal(reply.error, '406::timeout');
	}));

test('rule 107: a call that is refused fails at once', () =>
	withClients(stack, ['cometd'], async (client) => {
		const { reply, told } = await call(client, {}, 'probe/*');
		assert.equal(reply.successful, false);
		assert.equal(reply.error, '405::channel_invalid');
		assert.equal(told.length, 1);
	}));

test('rules 104, 107: bytes go there and back', () =>
	withClients(stack, ['cometd'], async (client) => {
		client.client.registerExtension('binary',
		    new BinaryExtension());
		const bytes = Uint8Array.from({ length: 259 }, (_, i) => i);
		const reply = await within(new Promise((resolve) => {
			client.client.remoteCallBinary(target, bytes.buffer,
			    true, { name: 'x' }, 600000, resolve);
		}), 'a reply with bytes');
		assert.equal(reply.successful, true);
		assert.deepEqual(reply.ext, { binary: {} });
		assert.deepEqual(reply.data.meta, { name: 'x' });
		assert.equal(reply.data.last, true);
		assert.deepEqual(new Uint8Array(reply.data.data), bytes);
	}));

test('rule 107: a call right behind the handshake', async () => {
	const client = new CometdClient(stack);
	try {
		client.client.handshake();
		const { reply } = await call(client, { early: true });
		assert.deepEqual(reply.data, { early: true });
	} finally {
		await within(client.disconnect(), 'it leaves');
	}
});

test('rule 107: the plugin of the examples is called', async () => {
	const upper = shippedPlugin('upper');
	const own = await startStack({ config:
	    `plugin "upper" { path = "${upper}" longest = 20 }` });
	try {
		await withClients(own, ['cometd'], async (client) => {
			const say = async (text) =>
				(await call(client, text, 'upper')).reply;
			assert.deepEqual((({ successful, data }) =>
				[successful, data])(await say('say "ä\nb"')),
			[true, 'SAY "ä\nB"']);
			assert.equal((await say('too long by a few letters'))
			    .successful, false);
			assert.equal((await say({ a: 1 })).successful, false);
		});
	} finally {
		await own.stop();
	}
});

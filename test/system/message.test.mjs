// message.test.mjs - what is checked in every message (rules 17-23).

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Client, post, send, types } from './support/bayeux.mjs';
import { startStack } from './support/stack.mjs';

let stack;
let client;
before(async () => {
	stack = await startStack({ options: { timeout: '600s' } });
	client = await new Client(stack.http).join();
});
after(() => stack.stop());

async function errorOf(message) {
	const [reply] = await send(stack.http, [message]);
	assert.equal(reply.successful, false, JSON.stringify(reply));
	return reply.error;
}

async function isPublished(channel) {
	const reply = await client.publish(channel, 1);
	assert.equal(reply.successful, true, JSON.stringify(reply));
}

async function isRefused(channel) {
	assert.equal(await errorOf(client.message(channel, { data: 1 })),
	    '405::channel_invalid', channel);
	const reply = await client.subscribe(channel);
	assert.equal(reply.error, '403::subscription_invalid', channel);
}

test('rule 17: no channel is channel_missing', async () => {
	assert.equal(await errorOf({}), '400::channel_missing');
	assert.equal(await errorOf({ channel: null, id: 'x' }),
	    '400::channel_missing');
	const [reply] = await send(stack.http, [{ id: 'x' }]);
	assert.equal(reply.id, 'x');
});

test('rule 17: a channel that is none is channel_invalid', async () => {
	for (const channel of ['', '/', 'foo', 'foo/bar', ' /a', '/a\n'])
		assert.equal(await errorOf(client.message(channel,
		    { data: 1 })), '405::channel_invalid', channel);
});

test('rule 17: an id of other characters is message_id_invalid', async () => {
	for (const id of ['', 'a-b', 'a b', '\u00e9', 1.5, 'a\u0000'])
		assert.equal(await errorOf(client.message('/a',
		    { data: 1, id })), '405::message_id_invalid', String(id));
});

test('rule 17: the session is checked after the fields', async () => {
	const nobody = { clientId: 'nobody', data: 1 };
	assert.equal(await errorOf(nobody), '400::channel_missing');
	assert.equal(await errorOf({ ...nobody, channel: 'x' }),
	    '405::channel_invalid');
	assert.equal(await errorOf({ ...nobody, channel: '/a', id: '-' }),
	    '405::message_id_invalid');
	assert.equal(await errorOf({ ...nobody, channel: '/a', id: '1' }),
	    '402::session_unknown');
	assert.equal(await errorOf({ ...nobody, channel: '/meta/none' }),
	    '402::session_unknown');
});

test('rule 18: the characters of a channel', async () => {
	await isPublished('/aZ09 !#$()+-.@_{}~/x');
	for (const odd of '?%&:,;=\'"\\<>[]^`|\u00e9\u0000\u007f')
		await isRefused(`/a${odd}b`);
});

test('rule 18: a channel may have 1024 bytes and 32 segments', async () => {
	await isPublished(`/${'x'.repeat(1023)}`);
	await isRefused(`/${'x'.repeat(1024)}`);
	await isPublished('/a'.repeat(32));
	await isRefused('/a'.repeat(33));
});

test('rule 19: empty segments and a trailing slash are refused', async () => {
	for (const channel of ['//', '//a', '/a//b', '/a/', '/a/b//'])
		await isRefused(channel);
});

test('rule 19: a wildcard that is not last is refused', async () => {
	for (const channel of ['/*/b', '/a/*/b', '/**/b', '/a/**/c', '/*/**'])
		await isRefused(channel);
});

test('rule 20: a * inside a longer segment is refused', async () => {
	for (const channel of ['/a*b', '/a*', '/*a', '/foo/***', '/a**'])
		await isRefused(channel);
});

for (const id of ['"0"', '"1"', '"abcXYZ9"', '0', '7',
	'12345678901234567890']) {
	test(`rule 21: the id ${id} is echoed as it is`, async () => {
		const body = `[{"channel":"/a","data":1,"id":${id},` +
		    `"clientId":"${client.clientId}"}]`;
		const { text, json } = await post(stack.http, body);
		assert.equal(json[0].successful, true, text);
		assert.match(text, new RegExp(`"id": ?${id}[,}]`));
	});
}

test('rule 21: without an id the reply has none', async () => {
	const [reply] = await send(stack.http,
	    [client.message('/a', { data: 1, id: undefined })]);
	assert.equal(reply.successful, true);
	assert.ok(!('id' in reply));
});

test('rule 21: an id that is no scalar is not echoed', async () => {
	for (const id of [{}, { a: 1 }, [], ['1']]) {
		const [reply] = await send(stack.http,
		    [client.message('/a', { data: 1, id })]);
		assert.equal(reply.error, '405::message_id_invalid');
		assert.ok(!('id' in reply));
	}
});

test('rule 22: a clientId of another type is unknown', async () => {
	for (const clientId of [1, {}, [client.clientId], null, true])
		assert.equal(await errorOf({ channel: '/a', id: '1', data: 1,
			clientId }), '402::session_unknown');
});

test('rule 22: advice and ext of another type are ignored', async () => {
	const reply = await client.publish('/a', 1, { ext: [], advice: 'x' });
	assert.equal(reply.successful, true);
	const other = new Client(stack.http);
	const shaken = await other.handshake({ ext: 'x', advice: [] });
	assert.equal(shaken.successful, true);
	const [first] = await other.connect({ advice: 'x', ext: 1 });
	assert.equal(first.successful, true);
});

test('rule 22: a subscription of another type is invalid', async () => {
	for (const subscription of [1, {}, true, ['/a', 1], [null], [['/a']]]) {
		const reply = await client.subscribe(subscription);
		assert.equal(reply.error, '403::subscription_invalid');
		assert.deepEqual(reply.subscription, subscription);
	}
});

test('rule 22: of duplicate keys the last wins', async () => {
	const [reply] = await send(stack.http, '[{"channel":"/meta/connect",' +
	    '"id":"1","channel":"/meta/handshake","version":"1.0","id":"2",' +
	    `"supportedConnectionTypes":${JSON.stringify(types)}}]`);
	assert.equal(reply.channel, '/meta/handshake');
	assert.equal(reply.id, '2');
	assert.equal(reply.successful, true);
});

test('rule 22: keys are what their escapes say', async () => {
	const [reply] = await send(stack.http, '{"ch\\u0061nnel":' +
	    '"/met\\u0061\\/handshake","id":"\\u0031","version":"1.0"}');
	assert.equal(reply.channel, '/meta/handshake');
	assert.equal(reply.successful, true);
	assert.equal(reply.id, '1');
});

test('rule 23: unknown fields are ignored', async () => {
	const reply = await client.one(client.message('/meta/subscribe',
	    { subscription: '/rule23', foo: { bar: [1] }, successful: false,
		error: 'x', Channel: '/meta/handshake' }));
	assert.equal(reply.successful, true);
	assert.ok(!('foo' in reply) && !('error' in reply));
});

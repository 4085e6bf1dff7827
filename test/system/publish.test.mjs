// publish.test.mjs - publish and delivery (rules 61-71).

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { Client, barrier, events, freshChannel, joined, send }
	from './support/bayeux.mjs';
import { startStack } from './support/stack.mjs';

let stack;
before(async () => {
	stack = await startStack({ options: { timeout: '600s' } });
});
after(() => stack.stop());

async function member(address = stack.http) {
	const channel = freshChannel();
	const client = await new Client(address).join();
	await client.subscribe(channel);
	return { client, channel };
}

test('rule 61: the reply has channel, id and successful', async () => {
	const client = await new Client(stack.http).join();
	const message = client.message('/a/b', { data: { x: 1 } });
	assert.deepEqual(await client.send([message]),
	    [{ channel: '/a/b', id: message.id, successful: true }]);
});

test('rule 62: without data it is data_missing', async () => {
	const { client, channel } = await member();
	const message = client.message(channel);
	const replies = await client.send([message]);
	assert.deepEqual(replies, [{ channel, id: message.id,
		successful: false, error: '400::data_missing' }]);
});

test('rule 62: data may be null, false, 0 or empty', async () => {
	for (const data of [null, false, 0, '']) {
		const { client, channel } = await member();
		const found = [];
		const reply = await client.publish(channel, data, {}, found);
		assert.equal(reply.successful, true);
		assert.deepEqual(found, [{ channel, data }]);
	}
});

test('rule 63: an event has channel, data and ext only', async () => {
	const { client, channel } = await member();
	const [from] = await joined(stack.http, 1);
	await from.publish(channel, 1, { ext: { a: [1] },
		advice: { reconnect: 'none' }, successful: true, error: 'x',
		timestamp: 'now', subscription: '/x', version: '1.0',
		connectionType: 'x', foo: 1 });
	await from.publish(channel, 2);
	const replies = await client.connect();
	assert.deepEqual(events(replies), [
		{ channel, data: 1, ext: { a: [1] } },
		{ channel, data: 2 }
	]);
});

test('rule 64: publishing to a wildcard is channel_invalid', async () => {
	const { client, channel } = await member();
	await client.subscribe(`${channel}/*`);
	for (const name of [`${channel}/*`, '/**', '/*', `${channel}/**`]) {
		const found = [];
		const reply = await client.publish(name, 1, {}, found);
		assert.equal(reply.successful, false);
		assert.equal(reply.error, '405::channel_invalid');
		assert.deepEqual(found, []);
	}
});

test('rule 65: an unknown meta channel is channel_create_denied',
    async () => {
	const client = await new Client(stack.http).join();
	for (const channel of ['/meta/none', '/meta/connect/x', '/meta',
		'/meta/handshak', '/meta/subscribes', '/meta/Connect']) {
		const reply = await client.publish(channel, 1);
		assert.equal(reply.successful, false);
		assert.equal(reply.error,
		    '403:denied_by_security_policy:channel_create_denied');
	}
});

test('rule 65: what only starts like meta is ordinary', async () => {
	for (const channel of ['/metadata', '/metadata/connect', '/services/a',
		'/Meta/connect', '/a/meta/connect']) {
		const client = await new Client(stack.http).join();
		await client.subscribe(channel);
		const found = [];
		const reply = await client.publish(channel, 1, {}, found);
		assert.equal(reply.successful, true);
		assert.deepEqual(found, [{ channel, data: 1 }]);
	}
});

test('rule 67: an unknown clientId is session_unknown', async () => {
	const { client, channel } = await member();
	for (const clientId of ['nobody', undefined, '']) {
		const message = client.message(channel, { data: 1, clientId });
		const [reply, ...rest] = await send(stack.http, [message]);
		assert.equal(reply.successful, false);
		assert.equal(reply.error, '402::session_unknown');
		assert.ok(!('advice' in reply));
		assert.deepEqual(rest, []);
	}
	assert.deepEqual(events(await client.connect(
	    { advice: { timeout: 0 } })), []);
});

test('rule 68: a subscribed publisher gets its own, before the reply',
    async () => {
	const { client, channel } = await member();
	const message = client.message(channel, { data: 1 });
	assert.deepEqual(await client.send([message]), [{ channel, data: 1 },
		{ channel, id: message.id, successful: true }]);
});

test('rule 69: any reply brings what is queued, first', async () => {
	const { client, channel } = await member();
	const [from] = await joined(stack.http, 1);
	for (const message of [client.message('/nobody', { data: 1 }),
		client.message('/meta/subscribe', { subscription: '/x' }),
		client.message('/meta/unsubscribe', { subscription: '/x' })]) {
		await from.publish(channel, message.id);
		const replies = await client.send([message]);
		assert.deepEqual(replies[0], { channel, data: message.id });
		assert.equal(replies[1].id, message.id);
		assert.equal(replies.length, 2);
	}
});

test('rule 69: one\'s own request does not wake one\'s connect', async () => {
	const { client, channel } = await member();
	const held = await client.hold();
	const found = [];
	await client.publish(channel, 'mine', {}, found);
	assert.deepEqual(found, [{ channel, data: 'mine' }]);
	await barrier(stack.http);
	assert.equal(held.settled, false);
	const [from] = await joined(stack.http, 1);
	await from.publish(channel, 'other');
	assert.deepEqual(events(await held.replies()),
	    [{ channel, data: 'other' }]);
});

test('rule 70: replies come in the order of the requests', async () => {
	const { client, channel } = await member();
	const batch = [
		client.message('/r70', { data: 1 }),
		client.message('/meta/subscribe', { subscription: '/r70/a' }),
		client.message('/r70', {}),
		client.message('/meta/nonsense', { data: 1 }),
		client.message(channel, { data: 'a' }),
		client.message('/r70/a', { data: 'b' }),
		client.message('/meta/unsubscribe', { subscription: '/r70/a' }),
		client.message('/r70/a', { data: 'c' })
	];
	const replies = await client.send(batch);
	assert.deepEqual(replies.filter((one) => !('data' in one))
	    .map((one) => one.id), batch.map((one) => one.id));
	assert.deepEqual(events(replies).map((one) => one.data), ['a', 'b']);
});

test('rule 70: deliveries keep the order of publishing', async () => {
	const { client, channel } = await member();
	const from = await joined(stack.http, 3);
	const sent = [];
	for (let i = 0; i < 60; i++) {
		await from[i % 3].publish(channel, i);
		sent.push(i);
	}
	const replies = await client.connect();
	assert.deepEqual(events(replies).map((one) => one.data), sent);
});

test('rule 71: each message of a batch has its own session', async () => {
	const { client, channel } = await member();
	const batch = [
		client.message(channel, { data: 1 }),
		client.message(channel, { data: 2, clientId: 'nobody' }),
		client.message(channel, { data: 3, clientId: undefined }),
		client.message(channel, { data: 4 })
	];
	const replies = await client.send(batch);
	assert.deepEqual(replies.filter((one) => !('data' in one))
	    .map((one) => [one.id, one.successful, one.error]), [
		[batch[0].id, true, undefined],
		[batch[1].id, false, '402::session_unknown'],
		[batch[2].id, false, '402::session_unknown'],
		[batch[3].id, true, undefined]
	]);
	assert.deepEqual(events(replies).map((one) => one.data), [1, 4]);
});

describe('with other settings', () => {
	let other;
	before(async () => {
		other = await startStack({ options: { timeout: '600s',
			anonymous_publish: 'yes',
			broadcast_to_publisher: 'no' } });
	});
	after(() => other.stop());

	test('rule 67: anonymous_publish lets anybody publish', async () => {
		const { client, channel } = await member(other.http);
		assert.deepEqual(await send(other.http, { channel, id: '1',
			data: 'x' }), [{ channel, id: '1', successful: true }]);
		assert.deepEqual(events(await client.connect()),
		    [{ channel, data: 'x' }]);
		const [reply] = await send(other.http,
		    { channel: '/meta/subscribe', subscription: '/a' });
		assert.equal(reply.error, '402::session_unknown');
	});

	test('rule 68: without broadcast_to_publisher others only get it',
	    async () => {
		const { client, channel } = await member(other.http);
		const [second] = await joined(other.http, 1);
		await second.subscribe(channel);
		const found = [];
		await client.publish(channel, 1, {}, found);
		assert.deepEqual(found, []);
		assert.deepEqual(events(await client.connect(
		    { advice: { timeout: 0 } })), []);
		assert.deepEqual(events(await second.connect()),
		    [{ channel, data: 1 }]);
	});
});

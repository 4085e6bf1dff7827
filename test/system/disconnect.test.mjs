// disconnect.test.mjs - /meta/disconnect (rules 58, 60).

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Client, events, freshChannel, joined } from './support/bayeux.mjs';
import { startStack } from './support/stack.mjs';

let stack;
before(async () => {
	stack = await startStack({ options: { timeout: '600s' } });
});
after(() => stack.stop());

test('rule 58: the reply has channel, id and successful', async () => {
	const client = await new Client(stack.http).join();
	const message = client.message('/meta/disconnect');
	const [reply, ...rest] = await client.send([message]);
	assert.equal(reply.channel, '/meta/disconnect');
	assert.equal(reply.id, message.id);
	assert.equal(reply.successful, true);
	assert.ok(!('error' in reply) && !('clientId' in reply));
	assert.deepEqual(rest, []);
});

test('rule 58: the session is unknown from then on', async () => {
	const client = await new Client(stack.http).join();
	await client.disconnect();
	const [connect] = await client.connect();
	assert.equal(connect.error, '402::session_unknown');
	assert.equal(connect.advice.reconnect, 'handshake');
	for (const reply of [await client.publish('/a', 1),
		await client.subscribe('/a'), await client.unsubscribe('/a'),
		await client.disconnect()]) {
		assert.equal(reply.successful, false);
		assert.equal(reply.error, '402::session_unknown');
		assert.ok(!('advice' in reply));
	}
});

test('rule 58: what was subscribed gets nothing, others do', async () => {
	const channel = freshChannel();
	const [gone, stays, from] = await joined(stack.http, 3);
	await gone.subscribe(channel);
	await stays.subscribe(channel);
	await gone.disconnect();
	await from.publish(channel, 1);
	assert.deepEqual(events(await stays.connect()), [{ channel, data: 1 }]);
});

test('rule 58: an unknown clientId is 402, without advice', async () => {
	const client = new Client(stack.http);
	for (const clientId of ['nobody', undefined]) {
		const reply = await client.one(client.message(
		    '/meta/disconnect', { clientId }));
		assert.equal(reply.successful, false);
		assert.equal(reply.error, '402::session_unknown');
		assert.ok(!('advice' in reply));
	}
});

test('rule 60: messages behind a disconnect are 402', async () => {
	const channel = freshChannel();
	const [client, other] = await joined(stack.http, 2);
	await other.subscribe(channel);
	const replies = await client.send([
		client.message(channel, { data: 'before' }),
		client.message('/meta/disconnect'),
		client.message(channel, { data: 'behind' }),
		client.connectMessage()
	]);
	assert.deepEqual(replies.map((one) => [one.channel, one.successful]), [
		[channel, true], ['/meta/disconnect', true],
		[channel, false], ['/meta/connect', false]
	]);
	assert.equal(replies[2].error, '402::session_unknown');
	assert.equal(replies[3].error, '402::session_unknown');
	assert.deepEqual(events(await other.connect()),
	    [{ channel, data: 'before' }]);
});

test('a disconnect before the first connect succeeds', async () => {
	const client = new Client(stack.http);
	await client.handshake();
	assert.equal((await client.disconnect()).successful, true);
});

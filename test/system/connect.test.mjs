// connect.test.mjs - /meta/connect (rules 34-45, 84).
//
// The hold is so long that a connect which is answered was answered for
// another reason than its end.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Client, barrier, freshChannel, joined }
	from './support/bayeux.mjs';
import { startStack } from './support/stack.mjs';

const advice = { reconnect: 'retry', interval: 0, timeout: 300000 };
let stack;
before(async () => {
	stack = await startStack({ options: { timeout: '300s' } });
});
after(() => stack.stop());

// Publish to whom nobody but the waiting test listens; its connect ends.
async function wake(held, channel) {
	await barrier(stack.http);
	assert.equal(held.settled, false, 'the connect is held');
	const [other] = await joined(stack.http, 1);
	await other.publish(channel, 'wake');
	return held.replies();
}

async function member() {
	const channel = freshChannel();
	const client = await new Client(stack.http).join();
	await client.subscribe(channel);
	return { client, channel };
}

test('rule 34: the connection type may be missing or unknown', async () => {
	const { client, channel } = await member();
	for (const connectionType of [undefined, 'iframe', 7]) {
		const held = await client.hold({ connectionType });
		const replies = await wake(held, channel);
		assert.equal(replies.at(-1).successful, true);
	}
});

test('rule 35: the first connect is answered at once', async () => {
	const client = new Client(stack.http);
	await client.handshake();
	const [reply, ...rest] = await client.connect();
	assert.equal(reply.successful, true);
	assert.deepEqual(rest, []);
});

test('rule 35: the second connect is held', async () => {
	const { client, channel } = await member();
	const held = await client.hold();
	const replies = await wake(held, channel);
	assert.deepEqual(replies, [{ channel, data: 'wake' },
		{ channel: '/meta/connect', id: held.message.id,
			successful: true }]);
});

test('rule 35: a connect is not held when something is queued', async () => {
	const { client, channel } = await member();
	const [other] = await joined(stack.http, 1);
	await other.publish(channel, 1);
	await other.publish(channel, 2);
	const replies = await client.connect();
	assert.deepEqual(replies.slice(0, -1).map((one) => one.data), [1, 2]);
	assert.equal(replies.at(-1).channel, '/meta/connect');
});

test('rule 36: advice.timeout 0 is answered at once', async () => {
	const { client } = await member();
	const [reply] = await client.connect({ advice: { timeout: 0 } });
	assert.equal(reply.successful, true);
});

test('rule 36: it is for that connect only', async () => {
	const { client, channel } = await member();
	await client.connect({ advice: { timeout: 0 } });
	const held = await client.hold();
	assert.equal((await wake(held, channel)).length, 2);
});

test('rule 36: what is no timeout means the default', async () => {
	const { client, channel } = await member();
	for (const timeout of [-1, 0.5, 'x', null, [0], '0']) {
		const held = await client.hold({ advice: { timeout } });
		assert.equal((await wake(held, channel)).length, 2);
	}
});

test('rule 36: advice.timeout ends the hold earlier', async () => {
	const { client } = await member();
	const held = await client.hold({ advice: { timeout: 100 } });
	const [reply, ...rest] = await held.replies();
	assert.equal(reply.successful, true);
	assert.deepEqual(rest, []);
});

test('rule 36: advice.interval changes what is advised, once', async () => {
	const { client } = await member();
	const ask = async (asked) => (await client.connect({
		advice: { timeout: 0, ...asked } })).at(-1).advice;
	assert.equal((await ask({ interval: 700 })).interval, 700);
	assert.equal((await ask({})).interval, 0);
	assert.equal((await ask({ interval: 'x' })).interval, 0);
});

test('rule 37: the reply has no clientId', async () => {
	const client = new Client(stack.http);
	await client.handshake();
	const [reply] = await client.connect();
	assert.deepEqual(Object.keys(reply).filter((key) => key !== 'advice')
	    .sort(), ['channel', 'id', 'successful']);
});

test('rule 39: without advice asked none is given', async () => {
	const { client, channel } = await member();
	const held = await client.hold();
	const replies = await wake(held, channel);
	assert.ok(!('advice' in replies.at(-1)));
});

test('rule 39: who sends advice gets all of it', async () => {
	const { client } = await member();
	const [reply] = await client.connect({ advice: { timeout: 0 } });
	assert.deepEqual(reply.advice, advice);
});

test('rule 41: a connect in a batch is never held', async () => {
	const { client, channel } = await member();
	const publish = () => client.message('/nobody', { data: 1 });
	const connect = () => client.connectMessage();
	for (const batch of [[publish(), connect()], [connect(), publish()],
		[publish(), connect(), publish()]]) {
		const replies = await client.send(batch);
		assert.deepEqual(replies.map((one) => one.id),
		    batch.map((one) => one.id));
		assert.ok(replies.every((one) => one.successful));
	}
	const held = await client.hold();
	assert.equal((await wake(held, channel)).length, 2);
});

test('rule 41: two connects in one request are both answered', async () => {
	const { client } = await member();
	const batch = [client.connectMessage(), client.connectMessage()];
	const replies = await client.send(batch);
	assert.deepEqual(replies.map((one) => [one.id, one.successful]),
	    batch.map((one) => [one.id, true]));
});

test('rule 42: the newer of two connects wins', async () => {
	const { client, channel } = await member();
	const older = await client.hold();
	const newer = await client.hold();
	const response = await older.response();
	assert.equal(response.status, 409);
	assert.equal(response.text, '');
	assert.equal(response.header('Content-Length'), '0');
	const replies = await wake(newer, channel);
	assert.deepEqual(replies[0], { channel, data: 'wake' });
	assert.equal(replies[1].id, newer.message.id);
});

test('rule 42: so do a hundred, one after another', async () => {
	const { client, channel } = await member();
	const all = [await client.hold()];
	for (let i = 1; i < 100; i++) {
		all.push(await client.hold());
		const response = await all[i - 1].response();
		assert.equal(response.status, 409);
	}
	const replies = await wake(all.at(-1), channel);
	assert.deepEqual(replies[0], { channel, data: 'wake' });
});

test('rule 42: the answered newer one does not end the session', async () => {
	const { client, channel } = await member();
	const older = await client.hold();
	const [reply] = await client.connect({ advice: { timeout: 0 } });
	assert.equal(reply.successful, true);
	assert.equal((await older.response()).status, 409);
	const held = await client.hold();
	assert.equal((await wake(held, channel)).length, 2);
});

test('rule 43: an unknown clientId is to shake hands again', async () => {
	const client = new Client(stack.http);
	for (const clientId of ['nobody', '', undefined, 5]) {
		const [reply] = await client.send(
		    [client.connectMessage({ clientId })]);
		assert.equal(reply.channel, '/meta/connect');
		assert.equal(reply.successful, false);
		assert.equal(reply.error, '402::session_unknown');
		assert.equal(reply.advice.reconnect, 'handshake');
		assert.equal(reply.advice.interval, 0);
		assert.ok('id' in reply && !('clientId' in reply));
	}
});

test('rule 44: a disconnect ends the held connect', async () => {
	const { client } = await member();
	const held = await client.hold();
	assert.equal((await client.disconnect()).successful, true);
	const [reply] = await held.replies();
	assert.equal(reply.successful, true);
	assert.equal(reply.id, held.message.id);
	assert.equal(reply.advice.reconnect, 'none');
});

test('rule 45: who leaves during a hold may connect again', async () => {
	const { client, channel } = await member();
	const held = await client.hold();
	held.connection.abort();
	const again = await client.hold();
	const replies = await wake(again, channel);
	assert.deepEqual(replies[0], { channel, data: 'wake' });
});

test('rule 70: a connect brings all that was published, in order',
    async () => {
	const { client, channel } = await member();
	const [other] = await joined(stack.http, 1);
	await other.send(Array.from({ length: 200 },
	    (none, i) => other.message(channel, { data: i })));
	const replies = await client.connect();
	assert.deepEqual(replies.slice(0, -1).map((one) => one.data),
	    Array.from({ length: 200 }, (none, i) => i));
});

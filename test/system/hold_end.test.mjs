// hold_end.test.mjs - holds and sessions that end by themselves (rules 36,
// 40, 84-86), and what another configuration changes in connects.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Client, freshChannel, joined } from './support/bayeux.mjs';
import { startStack } from './support/stack.mjs';
import { inTime, moment, until } from './support/wait.mjs';

async function withStack(options, use) {
	const stack = await startStack({ options });
	try {
		await use(stack);
	} finally {
		await stack.stop();
	}
}

test('rule 40: a hold ends after timeout, with a reply alone', () =>
	withStack({ timeout: '200ms' }, async (stack) => {
		const client = await new Client(stack.http).join();
		for (let i = 0; i < 3; i++) {
			const message = client.connectMessage();
			assert.deepEqual(await client.send([message]), [{
				channel: '/meta/connect', id: message.id,
				successful: true
			}]);
		}
		// Rule 36: a client cannot make it longer.
		const [capped] = await client.connect(
		    { advice: { timeout: 3600000 } });
		assert.equal(capped.successful, true);
		assert.equal(capped.advice.timeout, 200);
	}));

test('rule 84: a session does not expire while its connect is held', () =>
	inTime(moment, (mark) => withStack({ timeout: `${3 * moment}ms`,
		max_interval: `${moment}ms` }, async (stack) => {
		const client = new Client(stack.http);
		mark();
		await client.handshake();
		mark();
		await client.connect();
		mark();
		const [reply, ...rest] = await client.connect();
		mark(3 * moment);
		assert.equal(reply.successful, true);
		assert.deepEqual(rest, []);
		const published = await client.publish(freshChannel(), 1);
		mark();
		assert.equal(published.successful, true);
	})));

test('rules 84, 86: without a connect it expires, and all it had goes', () =>
	inTime(moment, (mark) => withStack({ timeout: '600s',
		max_sessions: 1, max_interval: `${moment}ms` },
	async (stack) => {
		const channel = freshChannel();
		const gone = new Client(stack.http);
		mark();
		await gone.handshake();
		mark();
		const [first] = await gone.connect();
		mark();
		assert.equal(first.successful, true);
		const { successful } = await gone.subscribe(channel);
		mark();
		assert.equal(successful, true);
		const next = await until(async () => {
			const client = new Client(stack.http);
			const reply = await client.handshake();
			mark();
			return reply.successful && client;
		}, 'the only session expires');
		const [reply] = await gone.connect();
		mark();
		assert.equal(reply.error, '402::session_unknown');
		assert.equal(reply.advice.reconnect, 'handshake');
		const published = await next.publish(channel, 1);
		mark();
		assert.equal(published.successful, true);
	})));

test('rule 42: duplicate_connect_status is the status', () =>
	withStack({ timeout: '600s', duplicate_connect_status: 500 },
	    async (stack) => {
		const client = await new Client(stack.http).join();
		const older = await client.hold();
		await client.hold();
		const response = await older.response();
		assert.equal(response.status, 500);
		assert.equal(response.text, '');
	}));

test('interval is advised', () =>
	withStack({ timeout: '600s', interval: '250ms' }, async (stack) => {
		const client = new Client(stack.http);
		const reply = await client.handshake();
		assert.deepEqual(reply.advice,
		    { reconnect: 'retry', interval: 250, timeout: 600000 });
	}));

async function overflow(stack, publish) {
	const channel = freshChannel();
	const [slow, fast, from] = await joined(stack.http, 3);
	await slow.subscribe(channel);
	await fast.subscribe(channel);
	const held = await fast.hold();
	const sent = await publish(from, channel, held);
	const [reply, ...rest] = await slow.connect();
	assert.equal(reply.error, '402::session_unknown');
	assert.equal(reply.advice.reconnect, 'handshake');
	assert.deepEqual(rest, []);
	return sent;
}

test('a queue over max_queue_messages ends its session only', () =>
	withStack({ timeout: '600s', max_queue_messages: 3 }, (stack) =>
		overflow(stack, async (from, channel, held) => {
			let open = held;
			for (let i = 0; i < 4; i++) {
				await from.publish(channel, i);
				const [event] = await open.replies();
				assert.equal(event.data, i);
				open = await held.next();
			}
		})));

test('a queue over max_queue_size ends its session only', () =>
	withStack({ timeout: '600s', max_queue_size: '8KiB' }, (stack) =>
		overflow(stack, async (from, channel, held) => {
			let open = held;
			for (let i = 0; i < 4; i++) {
				await from.publish(channel, 'x'.repeat(3000));
				const [event] = await open.replies();
				assert.equal(event.data.length, 3000);
				open = await held.next();
			}
		})));

// handshake.test.mjs - /meta/handshake (rules 24-33, 76).

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Client, send, types } from './support/bayeux.mjs';
import { startStack } from './support/stack.mjs';
import { inTime, moment, until } from './support/wait.mjs';

let stack;
before(async () => {
	stack = await startStack({ options: { timeout: '600s' } });
});
after(() => stack.stop());

function handshake(fields) {
	return new Client(stack.http).handshake(fields);
}

test('rule 24: ext, advice and id are optional', async () => {
	const [reply] = await send(stack.http, { channel: '/meta/handshake',
		version: '1.0', supportedConnectionTypes: types });
	assert.equal(reply.successful, true);
	const more = await handshake({ ext: { a: 1 },
		advice: { timeout: 1, interval: 2 } });
	assert.equal(more.successful, true);
	assert.deepEqual(more.advice,
	    { reconnect: 'retry', interval: 0, timeout: 600000 });
});

test('rule 26: version and connection types may be missing', async () => {
	for (const missing of ['version', 'supportedConnectionTypes']) {
		const reply = await handshake({ [missing]: undefined });
		assert.equal(reply.successful, true, missing);
	}
});

test('rule 26: no common connection type fails for good', async () => {
	const reply = await handshake({
		supportedConnectionTypes: ['websocket', 'iframe'] });
	assert.equal(reply.successful, false);
	assert.equal(reply.error,
	    '301:websocket,iframe:connection_types_not_supported');
	assert.deepEqual(reply.supportedConnectionTypes, types);
	assert.equal(reply.advice.reconnect, 'none');
	assert.ok(!('clientId' in reply));
});

test('who is denied a handshake is in the log, with the address', async () => {
	const reply = await handshake({ supportedConnectionTypes: ['a"b'] });
	assert.equal(reply.error, '301:a__b:connection_types_not_supported');
	await until(() => stack.output.includes('info event=handshake_denied ' +
	    'address=127.0.0.1 ' +
	    'error="301:a__b:connection_types_not_supported"\n'),
	    'it is logged');
});

test('rule 26: one common connection type is enough', async () => {
	const reply = await handshake({
		supportedConnectionTypes: ['x', 'long-polling', 'y'] });
	assert.equal(reply.successful, true);
});

test('rule 26: a minimumVersion above 1 fails for good', async () => {
	for (const version of ['2.0', '2', '10.0', '2.0beta']) {
		const reply = await handshake({ minimumVersion: version });
		assert.equal(reply.successful, false);
		assert.equal(reply.error, `300:${version}:version_mismatch`);
		assert.equal(reply.advice.reconnect, 'none');
	}
});

test('rule 26: a minimumVersion of 1 or less passes', async () => {
	for (const version of ['1.0', '0.9', '1.0beta', '1.9', '1']) {
		const reply = await handshake({ minimumVersion: version });
		assert.equal(reply.successful, true, version);
	}
});

test('rule 27: the fields of the reply', async () => {
	const reply = await handshake({ id: 'abc' });
	assert.equal(reply.channel, '/meta/handshake');
	assert.equal(reply.id, 'abc');
	assert.equal(reply.successful, true);
	assert.equal(reply.version, '1.0');
	assert.equal(reply.minimumVersion, '1.0');
	assert.deepEqual(reply.supportedConnectionTypes, types);
	assert.deepEqual(reply.advice,
	    { reconnect: 'retry', interval: 0, timeout: 600000 });
	assert.ok(!('error' in reply) && !('data' in reply));
});

test('rule 29: with a handshake, only the handshake is done', async () => {
	const shake = { channel: '/meta/handshake', id: 'h', version: '1.0',
		supportedConnectionTypes: types };
	const client = await new Client(stack.http).join();
	await client.subscribe('/rule29');
	for (const batch of [
		[shake, client.message('/rule29', { data: 1 })],
		[client.message('/rule29', { data: 1 }), shake],
		[shake, { ...shake, id: 'second' }, client.connectMessage()]
	]) {
		const replies = await client.send(batch);
		assert.equal(replies.length, 1);
		assert.equal(replies[0].id, 'h');
		assert.equal(replies[0].successful, true);
	}
	const events = [];
	await client.publish('/rule29', 'after', {}, events);
	assert.deepEqual(events.map((one) => one.data), ['after']);
});

test('rule 31: a handshake always makes a new session', async () => {
	const client = await new Client(stack.http).join();
	const reply = await handshake({ clientId: client.clientId });
	assert.equal(reply.successful, true);
	assert.notEqual(reply.clientId, client.clientId);
	assert.equal((await client.publish('/a', 1)).successful, true);
});

test('rule 32: a clientId is 160 bits, alphanumeric, unique', async () => {
	const ids = new Set();
	for (let i = 0; i < 50; i++) {
		const { clientId } = await handshake();
		assert.match(clientId, /^[A-Za-z0-9]{27,64}$/);
		ids.add(clientId);
	}
	assert.equal(ids.size, 50);
});

test('rule 76: names are cleaned before they stand in errors', async () => {
	const reply = await handshake({
		supportedConnectionTypes: ['a:b', 'c,d', '"\u0000\n'] });
	const [code, args, text, ...rest] = reply.error.split(':');
	assert.deepEqual([code, text, rest],
	    ['301', 'connection_types_not_supported', []]);
	assert.equal(args.split(',').length, 3);
	const long = await handshake({ minimumVersion: '2:3,4' });
	assert.match(long.error, /^300:[^:,]*:version_mismatch$/);
});

// What is alive has to live through all requests before its end is waited for.
test('rules 28, 33, 84, 86: over max_sessions a handshake fails, and works' +
    ' again when a session has expired', () =>
	inTime(moment / 4, async (mark) => {
		const small = await startStack({ options: { timeout: '600s',
			max_sessions: 2, max_interval: `${moment}ms` } });
		try {
			await fillAndWait(small.http, mark);
		} finally {
			await small.stop();
		}
	}));

async function fillAndWait(address, mark) {
	// One that never connects, and one that does once.
	const [first, second, third] = Array.from({ length: 3 },
	    () => new Client(address));
	mark();
	await first.handshake();
	mark();
	await second.handshake();
	mark();
	await second.connect();
	mark();
	const refused = await third.handshake();
	mark();
	assert.equal(refused.successful, false);
	assert.match(refused.error, /^\d{3}:[^:]*:\w+$/);
	assert.ok(!('clientId' in refused));
	assert.notEqual(refused.advice.reconnect, 'none');
	assert.notEqual(refused.advice.reconnect, 'retry');
	assert.ok(refused.advice.interval > 0);
	const enter = async () =>
		(await new Client(address).handshake()).successful;
	await until(enter, 'the first session expires');
	await until(enter, 'the second session expires');
	for (const gone of [first, second]) {
		const reply = await gone.publish('/a', 1);
		assert.equal(reply.error, '402::session_unknown');
	}
}

// faults_limits.test.mjs - the system gives the process no more descriptors,
// memory or disk, and gives them again: what it says, who is unharmed, and that
// all is well afterwards.

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { Client, events, freshChannel, joined, post, types }
	from './support/bayeux.mjs';
import * as fcgi from './support/fastcgi.mjs';
import { holds, pollersOf, publishBeside, receive, startPollers, stopAll }
	from './support/poller.mjs';
import { isSanitized, startStack, wrapper } from './support/stack.mjs';
import { until } from './support/wait.mjs';

// Valgrind and AddressSanitizer have the descriptors and the address space of
// the process for themselves.
const valgrind = { skip: wrapper.length > 0 && 'not under a wrapper' };
const memory = { skip: valgrind.skip ||
	(isSanitized && 'not with AddressSanitizer') };

// What prlimit(1) says of the process at pid; the soft limit alone is set, so
// that whoever started it can take it back.
function limit(stack, what, size) {
	execFileSync('prlimit', ['--pid', String(stack.process.pid),
		`--${what}=${size}:`]);
}

// Until pattern is in what the process has written.
function says(stack, pattern) {
	return until(() => pattern.test(stack.output), `it says ${pattern}`);
}

// all: pollers that are stopped at the end.
async function withStack(settings, use) {
	const stack = await startStack(settings);
	const all = [];
	try {
		await use(stack, all);
	} finally {
		await stopAll(all).finally(() => stack.stop());
	}
}

// Publish by somebody who may be told to come back later.
function publishPatiently(stack, from, channel, data) {
	return until(async () => {
		const { status, json } = await post(stack.http,
		    [from.message(channel, { data })]);
		return status === 200 && json[0].successful;
	}, 'there is room for a publish');
}

test('64 descriptors: who is too many is told 503, and gets in when others ' +
    'leave', valgrind, () => withStack({
	under: ['prlimit', '--nofile=64:64'],
	options: { timeout: '1s' }
}, async (stack, all) => {
	const channel = freshChannel();
	const [from] = await joined(stack.http, 1);
	const first = await pollersOf(stack.http, channel, 20);
	const more = startPollers(stack.http, channel, 30);
	all.push(...first, ...more);
	await until(() => /warning event=overloaded /.test(stack.output) &&
	    more.some(({ refused }) => refused > 0), 'some are refused');
	await publishPatiently(stack, from, channel, 1);
	await publishPatiently(stack, from, channel, 2);
	await until(() => first.some(({ received }) => received.length >= 2),
	    'who is held is served');
	// Whose place another has taken may find none for as long as they stay.
	await stopAll(more.slice(5));
	await receive(first, [1, 2]);
	const left = [...first, ...more.slice(0, 5)];
	await holds(left);
	await publishPatiently(stack, from, channel, 3);
	await receive(first, [1, 2, 3]);
	await until(() => left.every(({ received }) => received.at(-1) === 3),
	    'all of the others have it, too');
	for (const { handshakes } of left)
		assert.equal(handshakes, 1);
}));

test('64 descriptors: what is kept open without a request makes room, and ' +
    'who is held stays', valgrind, () => withStack({
	front: 'none',
	under: ['prlimit', '--nofile=64:64'],
	options: { timeout: '600s' }
}, async (stack) => {
	const channel = freshChannel();
	const held = await fcgi.Peer.open(stack.fcgi);
	const handshake = { channel: '/meta/handshake', version: '1.0',
		supportedConnectionTypes: types };
	const [{ clientId: from }] = await held.send(1, [handshake]);
	const [{ clientId }] = await held.send(1, [handshake]);
	await held.send(1, [{ channel: '/meta/subscribe', clientId,
		subscription: channel }]);
	const connect = { channel: '/meta/connect', clientId,
		connectionType: 'long-polling' };
	await held.send(1, [connect]);
	await held.write(fcgi.conversation(1, [connect]));
	const kept = [];
	// Most of them find no room, as nobody has been idle for long.
	for (let n = 0; n < 100; n++) {
		const peer = await fcgi.Peer.open(stack.fcgi);
		kept.push(peer);
		await peer.write(fcgi.conversation(1, [{}]));
	}
	const { json } = await until(async () => {
		const reply = await fcgi.exchange(stack.fcgi,
		    [{ channel, clientId: from, data: 1 }]);
		return reply.status === 200 && reply;
	}, 'there is room for one more');
	assert.equal(json[0].successful, true);
	const { response } = await held.answer(1);
	assert.deepEqual(events(response.json).map(({ data }) => data), [1]);
	assert.ok(kept.some(({ closed }) => closed));
	for (const peer of [held, ...kept])
		peer.close();
}));

function virtualSize(stack) {
	const [, kilobytes] = /^VmSize:\s*(\d+) kB$/m.exec(fs.readFileSync(
	    `/proc/${stack.process.pid}/status`, 'latin1'));
	return kilobytes * 1024;
}

// What send is answered, again and again, until there is no memory for it; how
// often there was.
async function exhaust(send) {
	for (let count = 0; ; count++) {
		const response = await send(count);
		if (response.status === 503) {
			assert.deepEqual(response.json,
			    { error: '503::no_memory' });
			return count;
		}
		assert.equal(response.status, 200, response.text);
		assert.equal(response.json[0].successful, true);
		assert.ok(count < 20000, 'memory ends');
	}
}

test('no memory: new work is 503, what is there goes on, and so does all ' +
    'when some is free', memory, () => withStack({
	options: { timeout: '600s', log_level: 'notice',
		max_queue_messages: 100000, max_queue_size: '64MiB' }
}, async (stack, all) => {
	const [channel, large] = [freshChannel(), freshChannel()];
	const pollers = await pollersOf(stack.http, channel, 20);
	all.push(...pollers);
	const [away, from] = await joined(stack.http, 2);
	await away.subscribe(large);
	limit(stack, 'as', virtualSize(stack) + (3 << 20));
	const text = 'x'.repeat(60000);
	const publish = (data) => post(stack.http,
	    [from.message(large, { data })]);
	const kept = await exhaust((n) => publish([n, text]));
	assert.ok(kept > 0);
	// Nor is there room for many sessions, which are small.
	const handshake = () => post(stack.http, [{ version: '1.0',
		channel: '/meta/handshake', supportedConnectionTypes: types }]);
	await exhaust(handshake);
	assert.equal((await publish([0, text])).status, 503);
	for (const { isPolling } of pollers)
		assert.ok(isPolling, 'they wait as before');
	await says(stack, /error event=no_memory bytes=\d+$/m);
	// Nothing that was acknowledged is lost; what it took is free then.
	const response = await until(async () => {
		const answer = await post(stack.http, [away.connectMessage()]);
		return answer.status === 200 && answer;
	}, 'a connect takes the messages away');
	assert.deepEqual(events(response.json).map(({ data }) => data[0]),
	    Array.from({ length: kept }, (none, i) => i));
	await until(async () => (await publish([kept, text])).status === 200,
	    'there is room for a message');
	limit(stack, 'as', 'unlimited');
	assert.equal((await handshake()).status, 200);
	await publishBeside(stack, channel, [1]);
	await receive(pollers, [1]);
	for (const { handshakes } of pollers)
		assert.equal(handshakes, 1);
}));

test('the disk is full under the log: all goes on, and standard error is told',
    () => withStack({
	options: { timeout: '600s', log_target: '/dev/full' }
}, async (stack, all) => {
	const channel = freshChannel();
	const pollers = await pollersOf(stack.http, channel, 20);
	all.push(...pollers);
	await publishBeside(stack, channel, [1, 2, 3]);
	await receive(pollers, [1, 2, 3]);
	await says(stack, /event=/);
	const lines = stack.output.split('\n').filter((line) =>
	    line.includes('event='));
	assert.equal(lines.length, 1, stack.output);
	assert.match(lines[0], / error event=log_full path="\/dev\/full" error=/);
}));

test('the disk has room again: the log says how many lines it has lost',
    () => withStack({ options: { log_target: './log' } }, async (stack) => {
	const log = path.join(stack.folder, 'log');
	limit(stack, 'fsize', fs.statSync(log).size);
	await joined(stack.http, 3);
	await says(stack, / error event=log_full path=".\/log" error=/);
	limit(stack, 'fsize', 'unlimited');
	const client = await new Client(stack.http).join();
	const [lost, found] = fs.readFileSync(log, 'latin1').split('\n')
	    .slice(-3);
	assert.match(lost, / warning event=log_lost lines=3$/);
	assert.ok(found.endsWith(` session=${client.clientId.slice(0, 8)}`));
}));

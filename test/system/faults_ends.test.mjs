// faults_ends.test.mjs - the web server or the process is killed or stopped
// while many poll: who comes back, what they have got, and what the log says.

import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { Client, events, freshChannel, joined } from './support/bayeux.mjs';
import { holds, pollersOf, publishBeside, receive, stopAll }
	from './support/poller.mjs';
import { startStack, wrapper } from './support/stack.mjs';
import { inTime, moment, until, watch } from './support/wait.mjs';

// As many as two cores serve within seconds, less what valgrind costs.  They
// are noticed to leave at two times, at one of which 64 do.
const many = wrapper.length > 0 ? 150 : 300;

// So many lines at once are too many for a pipe that the test's one thread
// reads.
function logOf(stack) {
	return fs.readFileSync(path.join(stack.folder, 'log'), 'latin1');
}

// A stack with many that poll on a channel; the process that is there in the
// end has to end as it should.
async function withPollers(use) {
	const stack = await startStack({ maxHeld: many + 50,
		options: { timeout: '20s', log_target: './log' } });
	let pollers = [];
	try {
		const channel = freshChannel();
		pollers = await pollersOf(stack.http, channel, many);
		await use(stack, pollers, channel);
	} finally {
		await stopAll(pollers).finally(() => stack.stop());
	}
}

test(`lighttpd is killed and started: ${many} lose no message and no session`,
    () => withPollers(async (stack, pollers, channel) => {
	await publishBeside(stack, channel, [1, 2]);
	await receive(pollers, [1, 2]);
	await holds(pollers);
	await stack.server.end('SIGKILL');
	await publishBeside(stack, channel, [3]);
	await until(() => /notice event=many_left /.test(logOf(stack)),
	    'it is in the log');
	stack.server = stack.spawnFront();
	await receive(pollers, [1, 2, 3]);
	await holds(pollers);
	// What is on its way to some now, the web server takes with it.
	await publishBeside(stack, channel, [4]);
	await stack.server.end('SIGKILL');
	await publishBeside(stack, channel, [5, 6]);
	stack.server = stack.spawnFront();
	await receive(pollers, [1, 2, 3, 4, 5, 6]);
	assert.ok(pollers.every(({ handshakes }) => handshakes === 1));
	assert.doesNotMatch(logOf(stack),
	    /event=gone .*reason=(?!disconnect)/);
}));

test(`the process is killed and started: ${many} handshake again and have ` +
    'all from then on', () =>
	withPollers(async (stack, pollers, channel) => {
		await publishBeside(stack, channel, [1, 2, 3]);
		await receive(pollers, [1, 2, 3]);
		assert.deepEqual(await stack.killProcess('SIGKILL'),
		    { code: null, signal: 'SIGKILL' });
		await until(() => pollers.every(({ outages, refused }) =>
			outages + refused > 0), 'all have noticed');
		await stack.startProcess();
		await until(() => pollers.every(({ handshakes }) =>
			handshakes === 2), 'all are subscribed again');
		await holds(pollers);
		const [from] = await joined(stack.http, 1);
		await from.publish(channel, 4);
		await receive(pollers, [1, 2, 3, 4]);
		assert.equal([...logOf(stack).matchAll(
		    /notice event=listening /g)].length, 2);
	}));

test(`the process is stopped and continued: ${many} lose no message and no ` +
    'session', () => withPollers(async (stack, pollers, channel) => {
	await publishBeside(stack, channel, [1]);
	const [from] = await joined(stack.http, 1);
	process.kill(stack.process.pid, 'SIGSTOP');
	const published = watch(Promise.all([2, 3, 4].map((data) =>
		from.publish(channel, data))));
	try {
		// Some leave meanwhile, and come back.
		for (const { connection } of pollers.slice(0, 20))
			connection.abort();
	} finally {
		process.kill(stack.process.pid, 'SIGCONT');
	}
	for (const reply of await published.promise)
		assert.equal(reply.successful, true);
	await until(() => pollers.every(({ received }) =>
		received.length >= 4), 'all have all of it');
	for (const { received, handshakes } of pollers) {
		assert.deepEqual([...received].sort(), [1, 2, 3, 4]);
		assert.equal(handshakes, 1);
	}
	assert.match(logOf(stack), /notice event=resumed$/m);
}));

test('who asked while the process was stopped for longer than max_interval ' +
    'has not expired', () => inTime(moment, async (mark) => {
	const stack = await startStack({ options: { timeout: '600s',
		max_interval: `${moment}ms` } });
	try {
		await stopForLong(stack, mark);
	} finally {
		if (stack.process)
			process.kill(stack.process.pid, 'SIGCONT');
		await stack.stop();
	}
}));

async function stopForLong(stack, mark) {
	const channel = freshChannel();
	const count = 5;
	const clients = Array.from({ length: count },
	    () => new Client(stack.http));
	const each = async (ask) => {
		await Promise.all(clients.map(ask));
		mark();
	};
	mark();
	await each((client) => client.handshake());
	await each((client) => client.subscribe(channel));
	// Nobody of them is held, so all of them would expire.
	await each((client) => client.connect());
	process.kill(stack.process.pid, 'SIGSTOP');
	mark();
	const due = Date.now() + moment + 500;
	const connects = clients.map((client) => client.connect());
	await until(() => stack.connections({ wait: true }) === count &&
	    Date.now() > due, 'they would have expired');
	mark(moment + 500);
	process.kill(stack.process.pid, 'SIGCONT');
	const from = new Client(stack.http);
	await from.handshake();
	const { successful } = await from.publish(channel, 'all are there');
	mark();
	assert.equal(successful, true);
	for (const replies of await Promise.all(connects)) {
		assert.equal(replies.at(-1).successful, true);
		assert.deepEqual(events(replies),
		    [{ channel, data: 'all are there' }]);
	}
	for (const line of [/warning event=late ms=\d+$/m,
		/notice event=resumed$/m])
		await until(() => line.test(stack.output), `it says ${line}`);
}

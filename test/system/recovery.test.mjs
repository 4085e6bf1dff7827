// recovery.test.mjs - overload and restarts, with each client library through
// lighttpd: what it is told, how it comes back, and exactly which messages it
// has got then.

import assert from 'node:assert/strict';
import net from 'node:net';
import { test } from 'node:test';
import { barrier, events, freshChannel, joined } from './support/bayeux.mjs';
import { datas, kinds, receives, replies, withClients, withNewClients }
	from './support/clients.mjs';
import { exchange } from './support/fastcgi.mjs';
import { startStack } from './support/stack.mjs';
import { until, within } from './support/wait.mjs';

const FULL = '403:too_many_sessions:handshake_denied';

async function withStack(options, use) {
	const stack = await startStack({ options });
	try {
		await use(stack);
	} finally {
		await stack.stop();
	}
}

// Until client has the subscriptions of as many sessions.
function isBack(client, sessions) {
	return until(() => client.handshakes === sessions &&
	    replies(client, '/meta/subscribe').filter((reply) =>
		reply.successful).length === sessions,
	    `${sessions} sessions were subscribed`);
}

// Until a connect of client is held: when it has answered what was sent
// before, the next one is alone on its way.
async function polls(client, stack) {
	const sent = () => client.sent.filter((message) =>
		message.channel === '/meta/connect').length;
	await until(() => sent() > replies(client, '/meta/connect').length &&
	    sent() > 1, 'it polls');
	await barrier(stack.http);
}

// Publish each of list on its own, by somebody who is always new.
async function publish(stack, channel, ...list) {
	const [from] = await joined(stack.http, 1);
	for (const data of list)
		assert.equal((await from.publish(channel, data)).successful,
		    true);
}

// A way to the web server on which answers can be made to wait, as if the
// client or its network were slow; held: what waits.
class SlowWay {
	constructor(port) {
		this.sockets = new Set();
		this.held = null;
		this.server = net.createServer((near) => {
			const far = net.connect(port, '127.0.0.1');
			for (const [from, to] of [[near, far], [far, near]]) {
				this.sockets.add(from);
				from.on('error', () => to.destroy());
				from.on('close', () => {
					this.sockets.delete(from);
					to.end();
				});
			}
			near.on('data', (bytes) => far.write(bytes));
			far.on('data', (bytes) => this.pass(near, bytes));
		});
	}

	static async open(stack) {
		const way = new SlowWay(stack.port);
		await new Promise((resolve) =>
			way.server.listen(0, '127.0.0.1', resolve));
		way.url = `http://127.0.0.1:${way.server.address().port}`;
		return way;
	}

	pass(near, bytes) {
		if (this.held)
			this.held.push([near, bytes]);
		else
			near.write(bytes);
	}

	stall() {
		this.held = [];
	}

	holds(text) {
		return until(() => this.held.some(([, bytes]) =>
			bytes.includes(text)), `${text} is on its way`);
	}

	resume() {
		for (const [near, bytes] of this.held?.splice(0) ?? [])
			near.write(bytes);
		this.held = null;
	}

	close() {
		for (const socket of this.sockets)
			socket.destroy();
		this.server.close();
	}
}

// Why sessions have ended, as the log has it.
function reasons(stack) {
	return [...stack.output.matchAll(/event=gone .*reason=(\w+)/g)]
	    .map(([, reason]) => reason);
}

for (const kind of Object.keys(kinds)) {
	test(`${kind}: is refused when there are max_sessions, and gets in ` +
	    'when one leaves', () =>
		withStack({ timeout: '600s', max_sessions: 2 }, (stack) =>
			withNewClients(stack, [kind], async (client) => {
				const channel = freshChannel();
				const [one, two] = await joined(stack.http, 2);
				const shaking = client.handshake();
				const refused = () => replies(client,
				    '/meta/handshake').filter((reply) =>
					!reply.successful);
				await until(() => refused().length > 0,
				    'it is refused');
				await one.disconnect();
				await within(shaking, 'it gets in');
				for (const { error, advice } of refused()) {
					assert.equal(error, FULL);
					assert.equal(advice.reconnect,
					    'handshake');
					assert.ok(advice.interval > 0);
				}
				const received = await client.follow(channel);
				for (const data of [1, 2, 3])
					await two.publish(channel, data);
				await receives(received, [1, 2, 3]);
				assert.equal(client.handshakes, 1);
			})));

	test(`${kind}: is away while its queue overflows, is told, and ` +
	    'misses just that', () =>
		withStack({ timeout: '600s', max_queue_messages: 3 },
		async (stack) => {
			const way = await SlowWay.open(stack);
			try {
				await withClients(way, [kind], (client) =>
					overflow(stack, way, client)
					    .finally(() => way.resume()));
			} finally {
				way.close();
			}
		}));
}

async function overflow(stack, way, client) {
	const channel = freshChannel();
	const received = await client.follow(channel);
	const [from, other] = await joined(stack.http, 2);
	await other.subscribe(channel);
	await polls(client, stack);
	way.stall();
	await from.publish(channel, 'on its way');
	await way.holds('on its way');
	assert.deepEqual(datas(events(await other.connect())),
	    ['on its way']);
	for (const data of ['queued 1', 'queued 2', 'queued 3'])
		await from.publish(channel, data);
	// Three are not too many, and who comes in time loses nothing.
	assert.deepEqual(reasons(stack), []);
	assert.deepEqual(datas(events(await other.connect())),
	    ['queued 1', 'queued 2', 'queued 3']);
	await from.publish(channel, 'too much');
	await from.publish(channel, 'to nobody');
	await until(() => reasons(stack).length > 0, 'it is in the log');
	assert.deepEqual(reasons(stack), ['overflow']);
	assert.deepEqual(datas(events(await other.connect())),
	    ['too much', 'to nobody']);
	way.resume();
	await isBack(client, 2);
	const [refused, ...more] = replies(client, '/meta/connect')
	    .filter((reply) => !reply.successful);
	assert.equal(refused.error, '402::session_unknown');
	assert.deepEqual(more, []);
	for (const data of ['after 1', 'after 2'])
		await from.publish(channel, data);
	await receives(received, ['on its way', 'after 1', 'after 2']);
	assert.deepEqual(reasons(stack), ['overflow']);
}

// What happens to the server while clients poll, and whether their sessions
// are there after it.
const calamities = {
	'the process is stopped and started': async (stack) => {
		await stack.restartProcess();
	},
	'the process is away for a while': async (stack, clients) => {
		await stack.stopProcess();
		await until(() => clients.every((client) => client.outages > 0),
		    'all have noticed');
		await stack.startProcess();
	},
	'the process is killed and started': async (stack) => {
		await stack.killProcess('SIGKILL');
		await stack.startProcess();
	},
};

for (const [what, happen] of Object.entries(calamities)) {
	test(`${what}: who polls has all from before and after`, () =>
		withStack({ timeout: '600s' }, (stack) =>
			withClients(stack, ['cometd', 'faye'],
			    async (...clients) => {
				const channel = freshChannel();
				const received = [];
				for (const client of clients) {
					watchOutages(client);
					received.push(await client.follow(
					    channel));
				}
				await publish(stack, channel, 1, 2, 3);
				for (const list of received)
					await receives(list, [1, 2, 3]);
				for (const client of clients)
					await polls(client, stack);
				await happen(stack, clients);
				for (const client of clients)
					await isBack(client, 2);
				await publish(stack, channel, 4, 5, 6);
				for (const list of received)
					await receives(list,
					    [1, 2, 3, 4, 5, 6]);
				for (const client of clients)
					assert.equal(client.handshakes, 2);
			})));
}

// client.outages: how often its connects came to no server.
function watchOutages(client) {
	client.outages = 0;
	if (client instanceof kinds.faye)
		client.client.bind('transport:down', () => client.outages++);
	else
		client.client.addListener('/meta/connect', (message) => {
			client.outages += message.failure ? 1 : 0;
		});
}

// Faye in Node takes the JSON of a 503 for an answer, if its next connect comes
// while the process ends, and goes on after 1.2 times the timeout.
test('the process is stopped: what was published before it has arrived', () =>
	withStack({ timeout: '10s' }, (stack) =>
		withClients(stack, ['cometd', 'faye'], async (...clients) => {
			const channel = freshChannel();
			const received = [];
			for (const client of clients) {
				received.push(await client.follow(channel));
				await polls(client, stack);
			}
			const [from] = await joined(stack.http, 1);
			await from.send([1, 2, 3].map((data) =>
				from.message(channel, { data })));
			await stack.restartProcess();
			for (const client of clients)
				await isBack(client, 2);
			await publish(stack, channel, 4);
			for (const list of received)
				await receives(list, [1, 2, 3, 4]);
		})));

// Publish as one who has another web server before him.
async function publishBeside(stack, channel, ...list) {
	const send = async (message) => {
		const response = await exchange(stack.fcgi, [message]);
		const [reply] = response.json;
		assert.equal(reply.successful, true, response.text);
		return reply;
	};
	const { clientId } = await send({ channel: '/meta/handshake',
		version: '1.0', supportedConnectionTypes: ['long-polling'] });
	for (const data of list)
		await send({ channel, clientId, data });
}

test('the web server is restarted: sessions stay, and have all that was ' +
    'published meanwhile', () =>
	withStack({ timeout: '600s' }, (stack) =>
		withClients(stack, ['cometd', 'faye'], async (...clients) => {
			const channel = freshChannel();
			const received = [];
			for (const client of clients)
				received.push(await client.follow(channel));
			await publish(stack, channel, 1, 2);
			for (const list of received)
				await receives(list, [1, 2]);
			for (const client of clients)
				await polls(client, stack);
			await stack.server.end('SIGTERM');
			await publishBeside(stack, channel, 3, 4);
			stack.server = stack.spawnFront();
			for (const list of received)
				await receives(list, [1, 2, 3, 4]);
			await publish(stack, channel, 5, 6);
			for (const list of received)
				await receives(list, [1, 2, 3, 4, 5, 6]);
			for (const client of clients)
				assert.equal(client.handshakes, 1);
			assert.doesNotMatch(reasons(stack).join(),
			    /overflow|disconnect/);
		})));

// faults_clients.test.mjs - clients that do not read, hardly send, want too
// much, stay away or flood: what they get, and that nobody else is harmed.

import assert from 'node:assert/strict';
import fs from 'node:fs';
import { after, before, test } from 'node:test';
import { Client, barrier, events, freshChannel, joined, post }
	from './support/bayeux.mjs';
import * as fcgi from './support/fastcgi.mjs';
import { pollersOf, receive, stopAll } from './support/poller.mjs';
import { Connection, format } from './support/raw.mjs';
import { startStack, wrapper } from './support/stack.mjs';
import { until, watch, within } from './support/wait.mjs';

const many = wrapper.length > 0 ? 30 : 100;

let stack;
before(async () => {
	stack = await startStack({ maxHeld: 2 * many + 100,
		options: { timeout: '20s' } });
});
after(() => stack.stop());

// Others who poll on a channel of their own, while use is under way; what they
// are sent in it arrives, in its order and once.
async function beside(use) {
	const channel = freshChannel();
	const others = await pollersOf(stack.http, channel, 5);
	const [from] = await joined(stack.http, 1);
	const sent = [];
	const tell = async () => {
		sent.push(sent.length);
		const { successful } = await from.publish(channel,
		    sent.length - 1);
		assert.equal(successful, true);
	};
	try {
		await tell();
		await use(tell);
		await tell();
		await receive(others, sent);
		for (const { handshakes } of others)
			assert.equal(handshakes, 1);
	} finally {
		await stopAll(others);
	}
}

// Bytes of memory that the process takes up.
function residentSize() {
	const [, kilobytes] = /^VmRSS:\s*(\d+) kB$/m.exec(fs.readFileSync(
	    `/proc/${stack.process.pid}/status`, 'latin1'));
	return kilobytes * 1024;
}

test(`${many} that never read their answers cost little, and have all once ` +
    'they do', () => beside(async (tell) => {
	const channel = freshChannel();
	const clients = await joined(stack.http, many);
	await Promise.all(clients.map((client) => client.subscribe(channel)));
	const connections = await Promise.all(clients.map(() =>
		Connection.open(stack.http)));
	const answers = clients.map((client, i) => {
		connections[i].socket.pause();
		return connections[i].request({ body: JSON.stringify(
		    [client.connectMessage()]) });
	});
	await barrier(stack.http);
	const before = residentSize();
	const [from] = await joined(stack.http, 1);
	const text = 'x'.repeat(30000);
	const list = Array.from({ length: 20 }, (none, i) => [i, text]);
	for (const data of list) {
		assert.equal((await from.publish(channel, data)).successful,
		    true);
		await tell();
	}
	// Each has more than its socket holds; the bytes are there once.
	const grown = residentSize() - before;
	assert.ok(wrapper.length > 0 || grown < 64 << 20,
	    `it has grown by ${grown} bytes`);
	for (const { socket } of connections)
		socket.resume();
	await Promise.all(clients.map(async (client, i) => {
		const { json } = await within(answers[i], 'an answer');
		const got = events(json);
		while (got.length < list.length)
			got.push(...events(await client.connect()));
		assert.deepEqual(got.map(({ data }) => data), list);
		connections[i].close();
		await client.disconnect();
	}));
}));

// One byte in each turn of the loop.
async function trickle(socket, bytes) {
	for (const byte of bytes) {
		socket.write(Buffer.from([byte]));
		await new Promise((resolve) => setImmediate(resolve));
	}
}

test(`${many} that send byte by byte are answered, and hold up nobody`,
    () => beside(async (tell) => {
	let finish;
	const told = new Promise((resolve) => { finish = resolve; });
	const bytes = format({ body: JSON.stringify([{ id: 'slow' }]),
		headers: { Connection: 'close' } });
	const record = fcgi.conversation(1, [{ id: 'slow' }], { flags: 0 });
	const slow = Array.from({ length: many }, async (none, i) => {
		// By way of the web server, which waits for the whole, and as
		// one that does not.
		if (i % 2) {
			const connection = await Connection.open(stack.http);
			const answer = connection.send(bytes.subarray(0, 1));
			await trickle(connection.socket, bytes.subarray(1, -1));
			await told;
			connection.socket.write(bytes.subarray(-1));
			const { json } = await within(answer, 'an answer');
			connection.close();
			return json;
		}
		const peer = await fcgi.Peer.open(stack.fcgi);
		await trickle(peer.socket, record.subarray(0, -1));
		await told;
		peer.socket.write(record.subarray(-1));
		const { response } = await peer.answer(1);
		peer.close();
		return response.json;
	});
	const all = watch(Promise.all(slow));
	// Others are served before the last of those bytes is sent.
	try {
		for (let i = 0; i < 5; i++)
			await tell();
	} finally {
		finish();
	}
	for (const [reply] of await all.promise)
		assert.equal(reply.error, '400::channel_missing');
}));

test('a client that wants 100,000 channels has 1000, and is told why no more',
    () => beside(async (tell) => {
	const channel = freshChannel();
	const [client, from] = await joined(stack.http, 2);
	const names = Array.from({ length: 100000 },
	    (none, i) => `${channel}/${i}`);
	let granted = 0;
	for (let at = 0; at < names.length; at += 500) {
		const reply = await client.subscribe(
		    names.slice(at, at + 500));
		if (reply.successful)
			granted += 500;
		else
			assert.equal(reply.error,
			    '403:too_many_subscriptions:subscribe_denied');
		if (at % 20000 === 0)
			await tell();
	}
	assert.equal(granted, 1000);
	for (const i of [0, 999, 1000, 99999])
		await from.publish(names[i], i);
	assert.deepEqual(events(await client.connect())
	    .map(({ data }) => data), [0, 999]);
}));

test('one that is away while another publishes at full speed is ended, and ' +
    'told so', () => beside(async (tell) => {
	const channel = freshChannel();
	const [away, from, here] = await joined(stack.http, 3);
	await away.subscribe(channel);
	await here.subscribe(channel);
	const before = residentSize();
	const ended = () => stack.output.includes(
	    `event=gone session=${away.clientId.slice(0, 8)} reason=overflow`);
	let sent = 0;
	const got = [];
	while (!ended() || sent < 3000) {
		const batch = Array.from({ length: 300 }, () => from.message(
		    channel, { data: sent++ }));
		for (const { successful } of await from.send(batch))
			assert.equal(successful, true);
		got.push(...events(await here.connect())
		    .map(({ data }) => data));
		assert.ok(sent < 100000, 'its queue has an end');
		await tell();
	}
	assert.deepEqual(got, Array.from({ length: sent }, (none, i) => i));
	const grown = residentSize() - before;
	assert.ok(wrapper.length > 0 || grown < 32 << 20,
	    `it has grown by ${grown} bytes`);
	const [lost] = await away.connect();
	assert.equal(lost.error, '402::session_unknown');
	assert.equal(lost.advice.reconnect, 'handshake');
	await away.join();
	await away.subscribe(channel);
	await from.publish(channel, 'after');
	assert.deepEqual(events(await away.connect()).map(({ data }) => data),
	    ['after']);
}));

test('a flood through the web server leaves room for others, for as long as ' +
    'it lasts', () => beside(async (tell) => {
	const channel = freshChannel();
	const clients = await joined(stack.http, 20);
	let over = false;
	let flooded = 0;
	const flood = Promise.all(clients.map(async (client) => {
		while (!over) {
			const batch = Array.from({ length: 1000 }, (none, i) =>
				client.message(channel, { data: i }));
			const { status } = await post(stack.http, batch);
			assert.equal(status, 200);
			flooded += batch.length;
		}
	}));
	try {
		await until(() => flooded > 0, 'the flood has begun');
		for (let i = 0; i < 10; i++)
			await tell();
	} finally {
		over = true;
		await flood;
	}
	assert.ok(flooded >= 20000);
}));

test('one of 10,000 publishes does not wait for the others', async () => {
	const channel = freshChannel();
	const [flooder, from] = await joined(stack.http, 2);
	const count = 9999;
	const peer = await fcgi.Peer.open(stack.fcgi);
	const data = 'x'.repeat(100);
	const flood = Buffer.concat(Array.from({ length: count },
	    (none, i) => fcgi.conversation(i + 1,
		[{ channel, clientId: flooder.clientId, data }])));
	const other = await fcgi.Peer.open(stack.fcgi);
	const taken = peer.write(flood);
	await peer.record(1, fcgi.END_REQUEST);
	const [reply] = await other.send(1,
	    [{ channel, clientId: from.clientId, data }]);
	assert.equal(reply.successful, true);
	assert.ok(!peer.hasEnded(count), 'the flood is not over');
	await within(taken, 'the flood to be taken');
	await peer.record(count, fcgi.END_REQUEST);
	for (let i = 1; i <= count; i++) {
		const { response } = await peer.answer(i);
		assert.equal(response.json[0].successful, true);
	}
	peer.close();
	other.close();
});

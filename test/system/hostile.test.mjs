// hostile.test.mjs - peers on the FastCGI socket that break the protocol,
// stop, or never read: each costs itself only.

import assert from 'node:assert/strict';
import fs from 'node:fs';
import { after, before, test } from 'node:test';
import { events, freshChannel, types } from './support/bayeux.mjs';
import * as fcgi from './support/fastcgi.mjs';
import { isSanitized, startStack } from './support/stack.mjs';
import { watch, within } from './support/wait.mjs';

let stack;
before(async () => {
	stack = await startStack({ front: 'none',
		options: { timeout: '600s' } });
});
after(() => stack.stop());

// Somebody else is served as if nothing were.
async function assertServes() {
	const response = await fcgi.exchange(stack.fcgi, [{}]);
	assert.equal(response.json[0].error, '400::channel_missing');
}

// Send bytes and leave; done when the other end has let go.
async function throwAt(bytes) {
	const peer = await fcgi.Peer.open(stack.fcgi);
	peer.socket.end(bytes);
	await peer.untilClosed();
	peer.close();
}

const whole = fcgi.conversation(1, [{}]);

test('a request cut off at any byte harms nobody', async () => {
	for (let cut = 0; cut <= whole.length; cut += 40)
		await Promise.all(Array.from({ length: 40 }, (none, i) =>
		    throwAt(whole.subarray(0, cut + i))));
	await assertServes();
});

test('a request with any byte changed harms nobody', async () => {
	for (let at = 0; at < whole.length; at += 20) {
		await Promise.all(Array.from({ length: 20 }, (none, i) => {
			const bytes = Buffer.from(whole);
			if (at + i < bytes.length)
				bytes[at + i] ^= 0xff;
			return throwAt(bytes);
		}));
	}
	await assertServes();
});

test('garbage harms nobody', async () => {
	// Always the same numbers, so that a failure can be repeated.
	let state = 12345;
	const random = () => {
		state = (Math.imul(state, 1103515245) + 12345) >>> 0;
		return state >>> 16;
	};
	for (let round = 0; round < 200; round++) {
		const bytes = Buffer.from(Array.from(
		    { length: random() % 3000 }, () => random() & 255));
		// Half of them look like a record, to get further.
		if (round % 2)
			Buffer.from([1, random() % 12, 0, random() % 3])
			    .copy(bytes);
		await throwAt(bytes);
	}
	await assertServes();
});

for (const version of [0, 2, 255]) {
	test(`FastCGI version ${version} closes the connection`, async () => {
		const peer = await fcgi.Peer.open(stack.fcgi);
		await peer.write(fcgi.record(fcgi.BEGIN_REQUEST, 1,
		    [0, 1, 1, 0, 0, 0, 0, 0], { version }));
		await peer.untilClosed();
		peer.close();
		await assertServes();
	});
}

const huge = [[0x7fffffff, 0x7fffffff], [0x7ffffffe, 0x7ffffffe],
	[0x7fffffff, 1], [1, 0x7fffffff], [0, 0x7fffffff],
	[0x40000000, 0x40000000], [262144, 262144]];
for (const [name, value] of huge) {
	test(`a param of ${name} and ${value} bytes is refused`, async () => {
		const lengths = Buffer.alloc(8);
		lengths.writeUInt32BE((name | 0x80000000) >>> 0);
		lengths.writeUInt32BE((value | 0x80000000) >>> 0, 4);
		const peer = await fcgi.Peer.open(stack.fcgi);
		await peer.write(Buffer.concat([fcgi.begin(1),
			fcgi.stream(fcgi.PARAMS, 1,
			    Buffer.concat([lengths, Buffer.alloc(100)])),
			fcgi.record(fcgi.STDIN, 1)]));
		const answer = await peer.answer(1).catch(() => null);
		if (answer)
			assert.equal(answer.response.status, 400);
		peer.close();
		await assertServes();
	});
}

test('params over the cap are refused, whatever follows', async () => {
	const peer = await fcgi.Peer.open(stack.fcgi);
	await peer.write(fcgi.conversation(1, [{}],
	    { more: { HTTP_COOKIE: 'x'.repeat(1000000) } }));
	assert.equal((await peer.answer(1)).response.status, 431);
	const [reply] = await peer.send(2, [{}]);
	assert.equal(reply.error, '400::channel_missing');
	peer.close();
});

test('a body over max_message_size is 413, told or not', async () => {
	const peer = await fcgi.Peer.open(stack.fcgi);
	const body = Buffer.alloc(3000000, 0x20);
	for (const length of [3000000, '', 4, '99999999999999999999']) {
		await peer.write(fcgi.conversation(1, body,
		    { more: { CONTENT_LENGTH: length } }));
		assert.equal((await peer.answer(1)).response.status, 413);
	}
	const [reply] = await peer.send(2, [{}]);
	assert.equal(reply.error, '400::channel_missing');
	peer.close();
});

test('records that belong to no request are ignored', async () => {
	const peer = await fcgi.Peer.open(stack.fcgi);
	await peer.write(Buffer.concat([
		fcgi.record(fcgi.PARAMS, 7, 'xxxx'),
		fcgi.record(fcgi.STDIN, 7, 'xxxx'),
		fcgi.record(fcgi.DATA, 7, 'xxxx'),
		fcgi.record(fcgi.END_REQUEST, 7, Buffer.alloc(8)),
		fcgi.record(fcgi.STDOUT, 7, 'xxxx'),
		fcgi.abort(7)
	]));
	const [reply] = await peer.send(1, [{}]);
	assert.equal(reply.error, '400::channel_missing');
	peer.close();
});

for (const [what, bytes] of Object.entries({
	'BEGIN_REQUEST twice': Buffer.concat([fcgi.begin(1), whole]),
	'BEGIN_REQUEST for id 0': fcgi.begin(0),
	'a short BEGIN_REQUEST': fcgi.record(fcgi.BEGIN_REQUEST, 1, [0, 1]),
	'a long BEGIN_REQUEST': fcgi.record(fcgi.BEGIN_REQUEST, 1,
	    Buffer.alloc(65535)),
	'STDIN before PARAMS': Buffer.concat([fcgi.begin(1),
		fcgi.stream(fcgi.STDIN, 1, '[{}]')]),
	'PARAMS behind their end': Buffer.concat([whole,
		fcgi.record(fcgi.PARAMS, 1, 'xxxx')]),
	'an empty request': Buffer.concat([fcgi.begin(1),
		fcgi.record(fcgi.PARAMS, 1), fcgi.record(fcgi.STDIN, 1)]),
	'a pair cut off': Buffer.concat([fcgi.begin(1),
		fcgi.stream(fcgi.PARAMS, 1, [200]),
		fcgi.record(fcgi.STDIN, 1)])
})) {
	test(`${what} harms nobody`, async () => {
		await throwAt(bytes);
		await assertServes();
	});
}

test('a peer that stops in mid request keeps nobody waiting', async () => {
	const peers = [];
	for (const cut of [0, 5, 12, 40, whole.length - 3]) {
		const peer = await fcgi.Peer.open(stack.fcgi);
		await peer.write(whole.subarray(0, cut));
		peers.push([peer, cut]);
		await assertServes();
	}
	for (const [peer, cut] of peers) {
		await peer.write(whole.subarray(cut));
		const { response } = await peer.answer(1);
		assert.equal(response.json[0].error, '400::channel_missing');
		peer.close();
	}
});

test('a peer that never reads is not read from, and loses nothing',
    async () => {
	const peer = await fcgi.Peer.open(stack.fcgi);
	const channel = freshChannel();
	const [{ clientId }] = await peer.send(1,
	    [{ channel: '/meta/handshake', version: '1.0',
		supportedConnectionTypes: types }]);
	await peer.send(1, [{ channel: '/meta/subscribe', clientId,
		subscription: channel }]);
	peer.socket.pause();
	const count = 500;
	const text = 'x'.repeat(100000);
	const writes = [];
	for (let i = 0; i < count; i++)
		writes.push(peer.write(fcgi.conversation(i + 1,
		    [{ channel, clientId, id: i, data: [i, text] }])));
	const taken = watch(Promise.all(writes));
	for (let i = 0; i < 200; i++)
		await assertServes();
	assert.equal(taken.settled, false, 'the process has stopped reading');
	peer.socket.resume();
	await within(taken.promise, 'all requests to be taken');
	const seen = [];
	for (let i = 0; i < count; i++) {
		// A reply may bring the events of requests behind it.
		const replies = (await peer.answer(i + 1)).response.json;
		for (const event of events(replies))
			seen.push(event.data[0]);
		assert.equal(replies.at(-1).id, i);
		assert.equal(replies.at(-1).successful, true);
	}
	assert.deepEqual(seen, Array.from({ length: count }, (none, i) => i));
	peer.close();
});

// Bytes of memory that the process takes up.
function residentSize() {
	const [, kilobytes] = /^VmRSS:\s*(\d+) kB$/m.exec(fs.readFileSync(
	    `/proc/${stack.process.pid}/status`, 'latin1'));
	return kilobytes * 1024;
}

// An answer costs the process far more than the eight bytes of its question.
test('peers that ask for values and never read cost little memory',
    { skip: isSanitized || !fs.existsSync('/proc/self/status') }, async () => {
	const question = fcgi.record(fcgi.GET_VALUES, 0);
	const questions = Buffer.alloc(500000 * question.length, question);
	const peers = await Promise.all(Array.from({ length: 8 },
	    () => fcgi.Peer.open(stack.fcgi, { paused: true })));
	for (let i = 0; i < 200; i++)
		await assertServes();
	const before = residentSize();
	const writes = peers.map((peer) => watch(peer.write(questions)));
	// Twice as many reads as all of it would take, and less than the minute
	// after which who does not read is cut off.
	for (let i = 0; i < 150; i++)
		await assertServes();
	assert.ok(writes.every((write) => !write.settled),
	    'the process has stopped reading');
	const grown = residentSize() - before;
	assert.ok(grown < 64 << 20, `it has grown by ${grown} bytes`);
	for (const peer of peers)
		peer.close();
	await assertServes();
});

// Send what of a request has size bytes of its body, and no more of it; done
// when the process has read that.
async function beginUpload(size) {
	const peer = await fcgi.Peer.open(stack.fcgi);
	await within(peer.write(Buffer.concat([
		fcgi.begin(1),
		fcgi.stream(fcgi.PARAMS, 1, fcgi.pairs(fcgi.variables('',
		    { CONTENT_LENGTH: 1 << 20 }))),
		fcgi.stream(fcgi.STDIN, 1, Buffer.alloc(size, 0x20))
		    .subarray(0, -8),
		fcgi.record(fcgi.GET_VALUES, 0)
	])), 'an upload to be taken');
	await peer.record(0, fcgi.GET_VALUES_RESULT);
	return peer;
}

test('uploads that never end leave room for small requests', async () => {
	const peers = [];
	// All that may be kept of requests is 64 MiB; what does not fit is not
	// kept at all, so ever smaller ones fill up what is left.
	for (let i = 0; i < 64; i++)
		peers.push(await beginUpload(1020000));
	for (let size = 1 << 20; size >= 1024; size /= 2)
		peers.push(await beginUpload(size));
	for (const size of [700, 400, 300, 200, 100, 50, 20])
		peers.push(await beginUpload(size));
	const response = await fcgi.exchange(stack.fcgi, [{}],
	    { more: { HTTP_COOKIE: 'x'.repeat(400) } });
	assert.equal(response.status, 200, response.text);
	for (const peer of peers)
		peer.close();
	await assertServes();
});

test('what a peer that left has not had, the held connect brings',
    async () => {
	const channel = freshChannel();
	const peer = await fcgi.Peer.open(stack.fcgi);
	const [{ clientId }] = await peer.send(1,
	    [{ channel: '/meta/handshake', version: '1.0',
		supportedConnectionTypes: types }]);
	const connect = { channel: '/meta/connect', clientId,
		connectionType: 'long-polling' };
	await peer.send(1, [connect]);
	await peer.send(1, [{ channel: '/meta/subscribe', clientId,
		subscription: channel }]);
	await peer.write(fcgi.conversation(2, [connect]));
	await peer.send(1, [{}]);
	assert.ok(!peer.hasEnded(2), 'the connect is held');
	// The reply to the publish brings the event too, if anybody reads it.
	const { pid } = stack.process;
	process.kill(pid, 'SIGSTOP');
	try {
		const gone = await fcgi.Peer.open(stack.fcgi);
		await gone.write(fcgi.conversation(1,
		    [{ channel, clientId, data: 'kept' }]));
		gone.close();
		await new Promise((resolve) =>
		    gone.socket.once('close', resolve));
	} finally {
		process.kill(pid, 'SIGCONT');
	}
	const { response } = await peer.answer(2);
	assert.deepEqual(events(response.json).map(({ data }) => data),
	    ['kept']);
	peer.close();
});

test('a peer that never reads and leaves harms nobody', async () => {
	const peer = await fcgi.Peer.open(stack.fcgi, { paused: true });
	peer.socket.write(Buffer.concat(Array.from({ length: 5000 },
	    (none, i) => fcgi.conversation(i + 1, [{ id: 'x'.repeat(99) }]))));
	for (let i = 0; i < 20; i++)
		await assertServes();
	peer.close();
	await assertServes();
});

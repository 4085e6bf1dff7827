// fastcgi.test.mjs - the FastCGI protocol as a good peer speaks it, straight
// at the socket, without a web server.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { events, freshChannel, types } from './support/bayeux.mjs';
import * as fcgi from './support/fastcgi.mjs';
import { Child, startStack } from './support/stack.mjs';
import { within } from './support/wait.mjs';

let stack;
before(async () => {
	stack = await startStack({ front: 'none',
		options: { timeout: '600s' } });
});
after(() => stack.stop());

const handshake = { channel: '/meta/handshake', version: '1.0',
	supportedConnectionTypes: types };

// A session that has connected once, as seen on an open connection.
async function join(peer, id = 1) {
	const [{ clientId }] = await peer.send(id, [handshake]);
	const session = {
		clientId,
		connect: { channel: '/meta/connect', clientId, id: 'c',
			connectionType: 'long-polling' },
		channel: freshChannel()
	};
	await peer.send(id, [session.connect]);
	await peer.send(id, [{ channel: '/meta/subscribe', clientId, id: 's',
		subscription: session.channel }]);
	return session;
}

function publish(session, data) {
	return [{ channel: session.channel, clientId: session.clientId, data }];
}

// A publish by somebody else, on a connection of its own.
async function publishTo(session, data) {
	const peer = await fcgi.Peer.open(stack.fcgi);
	const [{ clientId }] = await peer.send(1, [handshake]);
	const [reply] = await peer.send(1, publish({ ...session, clientId },
	    data));
	assert.equal(reply.successful, true);
	peer.close();
}

const missing = '400::channel_missing';

test('a request is answered by STDOUT, its end, and END_REQUEST', async () => {
	const peer = await fcgi.Peer.open(stack.fcgi);
	await peer.write(fcgi.conversation(258, [{}]));
	const answer = await peer.answer(258);
	assert.equal(answer.appStatus, 0);
	assert.equal(answer.protocolStatus, fcgi.REQUEST_COMPLETE);
	const kinds = answer.records.map((one) => one.type);
	assert.deepEqual([...new Set(kinds)], [fcgi.STDOUT, fcgi.END_REQUEST]);
	assert.ok(answer.records.every((one) => one.version === 1));
	assert.equal(answer.records.at(-2).content.length, 0);
	assert.equal(answer.records.at(-1).content.length, 8);
	assert.equal(answer.response.json[0].error, missing);
	peer.close();
});

test('a request may come in single bytes', async () => {
	const peer = await fcgi.Peer.open(stack.fcgi);
	await peer.trickle(fcgi.conversation(1, [{}]));
	assert.equal((await peer.answer(1)).response.json[0].error, missing);
	peer.close();
});

test('a request may be cut in two anywhere', async () => {
	const peer = await fcgi.Peer.open(stack.fcgi);
	const bytes = fcgi.conversation(1, [{}]);
	for (let cut = 1; cut < bytes.length; cut++) {
		await peer.write(bytes.subarray(0, cut));
		await new Promise(setImmediate);
		await peer.write(bytes.subarray(cut));
		const { response } = await peer.answer(1);
		assert.equal(response.json[0].error, missing, `cut ${cut}`);
	}
	peer.close();
});

test('records may be small, padded and lengths long', async () => {
	const peer = await fcgi.Peer.open(stack.fcgi);
	const body = JSON.stringify([{ id: 'x'.repeat(500) }]);
	const all = fcgi.pairs(fcgi.variables(body), { long: true });
	for (const size of [1, 7, 8, 255, 65535]) {
		for (const padding of [0, 1, 7, 255]) {
			await peer.write(Buffer.concat([fcgi.begin(1),
				fcgi.stream(fcgi.PARAMS, 1, all,
				    { size, padding }),
				fcgi.stream(fcgi.STDIN, 1, body,
				    { size, padding })]));
			const { response } = await peer.answer(1);
			assert.equal(response.json[0].error, missing);
		}
	}
	peer.close();
});

test('2000 requests share one connection, in any order', async () => {
	const peer = await fcgi.Peer.open(stack.fcgi);
	const ids = Array.from({ length: 2000 }, (none, i) => i + 1);
	const body = (id) => JSON.stringify([{ ...handshake, id }]);
	const parts = [
		(id) => fcgi.begin(id),
		(id) => fcgi.stream(fcgi.PARAMS, id,
		    fcgi.pairs(fcgi.variables(body(id)))),
		(id) => fcgi.stream(fcgi.STDIN, id, body(id))
	];
	for (const part of parts) {
		await peer.write(Buffer.concat(ids.map(part)));
		ids.reverse();
	}
	const sessions = new Map();
	for (const id of ids) {
		const [reply] = (await peer.answer(id)).response.json;
		assert.equal(reply.id, id);
		sessions.set(id, reply.clientId);
	}
	const channel = freshChannel();
	const all = (make) => peer.write(Buffer.concat(ids.map((id) =>
	    fcgi.conversation(id, make(id, sessions.get(id))))));
	await all((id, clientId) => [
		{ channel: '/meta/connect', clientId, id },
		{ channel: '/meta/subscribe', clientId, subscription: channel }
	]);
	for (const id of ids)
		assert.equal((await peer.answer(id)).response.json.length, 2);
	await all((id, clientId) =>
	    [{ channel: '/meta/connect', clientId, id }]);
	await peer.send(2001, [{ ...handshake }]);
	assert.ok(ids.every((id) => !peer.hasEnded(id)), 'all are held');
	await publishTo({ channel }, 'all');
	for (const id of ids) {
		const { response } = await peer.answer(id);
		assert.deepEqual(response.json, [{ channel, data: 'all' },
			{ channel: '/meta/connect', id, successful: true }]);
	}
	peer.close();
});

// The pairs of a GET_VALUES_RESULT.
function values(content) {
	const found = {};
	for (let at = 0; at < content.length;) {
		const [n, v] = [content[at], content[at + 1]];
		const name = content.toString('latin1', at + 2, at + 2 + n);
		at += 2 + n + v;
		found[name] = content.toString('latin1', at - v, at);
	}
	return found;
}

for (const padding of [0, 8]) {
	test(`GET_VALUES is answered, with ${padding} bytes padding`,
	    async () => {
		const peer = await fcgi.Peer.open(stack.fcgi);
		await peer.write(fcgi.record(fcgi.GET_VALUES, 0, fcgi.pairs({
			FCGI_MPXS_CONNS: '', FCGI_MAX_REQS: '', FOO: '',
			FCGI_MAX_CONNS: '' }), { padding }));
		const result = values((await peer.record(0,
		    fcgi.GET_VALUES_RESULT)).content);
		assert.equal(result.FCGI_MPXS_CONNS, '1');
		assert.ok(Number(result.FCGI_MAX_REQS) >= 2000);
		assert.ok(Number(result.FCGI_MAX_CONNS) >= 2000);
		assert.ok(!('FOO' in result));
		peer.close();
	});
}

test('GET_VALUES works between the records of a request', async () => {
	const peer = await fcgi.Peer.open(stack.fcgi);
	const body = '[{}]';
	await peer.write(Buffer.concat([fcgi.begin(1),
		fcgi.record(fcgi.GET_VALUES, 0,
		    fcgi.pairs({ FCGI_MPXS_CONNS: '' })),
		fcgi.stream(fcgi.PARAMS, 1,
		    fcgi.pairs(fcgi.variables(body)))]));
	const { content } = await peer.record(0, fcgi.GET_VALUES_RESULT);
	assert.deepEqual(values(content), { FCGI_MPXS_CONNS: '1' });
	await peer.write(fcgi.stream(fcgi.STDIN, 1, body));
	assert.equal((await peer.answer(1)).response.json[0].error, missing);
	peer.close();
});

test('an unknown management type is answered UNKNOWN_TYPE', async () => {
	const peer = await fcgi.Peer.open(stack.fcgi);
	await peer.write(fcgi.record(77, 0, 'whatever'));
	const { content } = await peer.record(0, fcgi.UNKNOWN_TYPE);
	assert.equal(content[0], 77);
	assert.equal(content.length, 8);
	assert.equal((await peer.send(1, [{}]))[0].error, missing);
	peer.close();
});

test('an unknown role is answered UNKNOWN_ROLE', async () => {
	const peer = await fcgi.Peer.open(stack.fcgi);
	for (const role of [fcgi.AUTHORIZER, 3, 0, 65535]) {
		await peer.write(fcgi.begin(1, { role }));
		const answer = await peer.answer(1);
		assert.equal(answer.protocolStatus, fcgi.UNKNOWN_ROLE);
	}
	// What the peer had sent of that request before it knew is ignored.
	await peer.write(fcgi.conversation(1, [{}]).subarray(16));
	assert.equal((await peer.send(2, [{}]))[0].error, missing);
	peer.close();
});

test('ABORT_REQUEST ends a held connect and loses nothing', async () => {
	const peer = await fcgi.Peer.open(stack.fcgi);
	const session = await join(peer);
	await peer.write(fcgi.conversation(5, [session.connect]));
	await peer.send(6, [{}]);
	assert.equal(peer.hasEnded(5), false);
	await peer.write(fcgi.abort(5));
	const aborted = await peer.answer(5);
	assert.equal(aborted.protocolStatus, fcgi.REQUEST_COMPLETE);
	await publishTo(session, 'one');
	await publishTo(session, 'two');
	const replies = await peer.send(5, [session.connect]);
	assert.deepEqual(events(replies).map((one) => one.data),
	    ['one', 'two']);
	peer.close();
});

test('ABORT_REQUEST ends a request that is not complete', async () => {
	const peer = await fcgi.Peer.open(stack.fcgi);
	const parts = [fcgi.begin(1), fcgi.stream(fcgi.PARAMS, 1,
	    fcgi.pairs(fcgi.variables('[{}]')))];
	for (const count of [1, 2]) {
		await peer.write(Buffer.concat([...parts.slice(0, count),
			fcgi.abort(1)]));
		assert.equal((await peer.answer(1)).protocolStatus,
		    fcgi.REQUEST_COMPLETE);
	}
	await peer.write(fcgi.abort(9));
	assert.equal((await peer.send(1, [{}]))[0].error, missing);
	peer.close();
});

test('without KEEP_CONN the connection is closed behind the reply',
    async () => {
	const peer = await fcgi.Peer.open(stack.fcgi);
	await peer.write(fcgi.conversation(1, [{}], { flags: 0 }));
	const { response } = await peer.answer(1);
	assert.equal(response.json[0].error, missing);
	await peer.untilClosed();
	peer.close();
});

test('with KEEP_CONN it stays, and an id may be used again', async () => {
	const peer = await fcgi.Peer.open(stack.fcgi);
	for (let i = 0; i < 20; i++)
		assert.equal((await peer.send(1, [{}]))[0].error, missing);
	peer.close();
});

test('STDIN without CONTENT_LENGTH is read to its end', async () => {
	for (const length of [[], [['CONTENT_LENGTH', '']]]) {
		const { CONTENT_LENGTH, ...rest } = fcgi.variables('[{}]');
		assert.equal(CONTENT_LENGTH, 4);
		const peer = await fcgi.Peer.open(stack.fcgi);
		await peer.write(Buffer.concat([fcgi.begin(1),
			fcgi.stream(fcgi.PARAMS, 1, fcgi.pairs(
			    [...Object.entries(rest), ...length])),
			fcgi.stream(fcgi.STDIN, 1, '[{}]', { size: 1 })]));
		const { response } = await peer.answer(1);
		assert.equal(response.json[0].error, missing);
		peer.close();
	}
});

test('of duplicate params the last counts', async () => {
	const peer = await fcgi.Peer.open(stack.fcgi);
	const params = [['REQUEST_METHOD', 'PUT'], ['REQUEST_URI', '/else'],
		['CONTENT_LENGTH', '9'],
		...Object.entries(fcgi.variables('[{}]'))];
	await peer.write(Buffer.concat([fcgi.begin(1),
		fcgi.stream(fcgi.PARAMS, 1, fcgi.pairs(params)),
		fcgi.stream(fcgi.STDIN, 1, '[{}]')]));
	assert.equal((await peer.answer(1)).response.json[0].error, missing);
	peer.close();
});

test('params may be larger than a record', async () => {
	const peer = await fcgi.Peer.open(stack.fcgi);
	const [reply] = await peer.send(1, [{}],
	    { more: { HTTP_COOKIE: 'x'.repeat(150000) } });
	assert.equal(reply.error, missing);
	peer.close();
});

test('a reply larger than a record arrives whole', async () => {
	const peer = await fcgi.Peer.open(stack.fcgi);
	const session = await join(peer);
	for (const size of [65400, 65535, 65536, 131072, 700000]) {
		const data = 'x'.repeat(size);
		const replies = await peer.send(2, publish(session, data));
		assert.equal(replies[0].data, data);
		assert.equal(replies[1].successful, true);
	}
	peer.close();
});

test('EOF while a connect is held loses nothing', async () => {
	const peer = await fcgi.Peer.open(stack.fcgi);
	const session = await join(peer);
	for (let round = 0; round < 10; round++) {
		const gone = await fcgi.Peer.open(stack.fcgi);
		await gone.write(fcgi.conversation(1, [session.connect]));
		await peer.send(2, [{}]);
		gone.close();
		await publishTo(session, round);
		const replies = await peer.send(3, [session.connect]);
		assert.deepEqual(events(replies).map((one) => one.data),
		    [round]);
	}
	peer.close();
});

test('cgi-fcgi, of libfcgi, gets its answer', async () => {
	const body = JSON.stringify([handshake]);
	const tool = new Child('cgi-fcgi',
	    ['-bind', '-connect', stack.fcgi.path],
	    { stdin: 'pipe', env: { PATH: process.env.PATH,
		...Object.fromEntries(Object.entries(fcgi.variables(body))
		    .map(([name, value]) => [name, String(value)])) } });
	tool.child.stdin.end(body);
	assert.deepEqual(await within(tool.exit, 'cgi-fcgi'),
	    { code: 0, signal: null }, tool.output);
	const [head, ...rest] = tool.output.split('\r\n\r\n');
	assert.match(head, /^Content-Type: application\/json/mi);
	assert.equal(JSON.parse(rest.join(''))[0].successful, true);
});

// http.test.mjs - what the endpoint takes and answers as HTTP (rules 1-15).

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Client, post, send, types } from './support/bayeux.mjs';
import { exchange } from './support/fastcgi.mjs';
import { Connection, request } from './support/raw.mjs';
import { startStack } from './support/stack.mjs';
import { within } from './support/wait.mjs';

let stack;
before(async () => {
	stack = await startStack({ options: { timeout: '600s',
		max_message_size: '4KiB', max_batch: 5 } });
});
after(() => stack.stop());

const handshake = { channel: '/meta/handshake', id: '1', version: '1.0',
	supportedConnectionTypes: types };

function assertHeaders(response) {
	assert.equal(response.header('Cache-Control'), 'no-cache, no-store');
	assert.equal(response.header('X-Content-Type-Options'), 'nosniff');
	assert.equal(response.header('Content-Length'),
	    String(response.body.length));
}

function assertRefused(response, status) {
	assert.equal(response.status, status, response.text);
	assertHeaders(response);
	assert.match(response.header('Content-Type'), /^text\/plain\b/);
	assert.ok(response.body.length > 0 && response.body.length < 200);
	assert.throws(() => JSON.parse(response.text));
}

async function assertHandshakes(body, options) {
	const response = await post(stack.http, body, options);
	assert.equal(response.status, 200, response.text);
	const replies = response.json;
	assert.equal(replies.length, 1);
	assert.equal(replies[0].successful, true);
	return response;
}

test('rule 1: an array of messages is accepted', () =>
	assertHandshakes([handshake]));

test('rule 1: one bare message is an array of one', () =>
	assertHandshakes(handshake));

for (const type of ['text/json', 'text/plain;charset=UTF-8', undefined,
	'application/octet-stream', 'APPLICATION/JSON; Charset="utf-8"',
	'application/json', 'application/json;charset=us-ascii']) {
	test(`rule 3: JSON is JSON when it is labelled ${type}`, () =>
		assertHandshakes([handshake],
		    { headers: { 'Content-Type': type } }));
}

test('rule 3: a byte order mark and blanks may come first', () =>
	assertHandshakes(Buffer.concat([Buffer.from([0xef, 0xbb, 0xbf]),
		Buffer.from(` \t\r\n${JSON.stringify([handshake])} \r\n`)])));

test('rule 3: a body that is neither JSON nor form is 400', async () => {
	assertRefused(await post(stack.http, 'hello'), 400);
});

test('rule 5: GET without a message is 400', async () => {
	assertRefused(await request(stack.http, { method: 'GET' }), 400);
});

for (const path of ['/cometd/', '/cometd/handshake', '/cometd/connect',
	'/cometd/disconnect', '/cometd/x%20y', '/cometd/%E2%82%AC/a.b',
	'/cometd?a=b', '/cometd/connect?a=/b%20c', '/cometd/a/b/c']) {
	test(`rule 6: a handshake may be posted to ${path}`, () =>
		assertHandshakes([handshake], { path }));
}

test('rule 6: /cometdfoo is not ours', async () => {
	const path = '/cometdfoo';
	assert.equal((await post(stack.http, [handshake], { path })).status,
	    404);
	for (const uri of [path, '/', '/comet', '/x/cometd', '/cometd%20']) {
		const response = await exchange(stack.fcgi, [handshake],
		    { more: { REQUEST_URI: uri, SCRIPT_NAME: uri } });
		assert.equal(response.status, 404, uri);
	}
});

test('rule 6: the path is that of REQUEST_URI, decoded once', async () => {
	for (const uri of ['/cometd', '/%63ometd', '/cometd/', '/cometd?x',
		'/cometd/a%2520b']) {
		const more = { REQUEST_URI: uri, PATH_INFO: '/elsewhere',
			SCRIPT_NAME: '/cometd/decoded here' };
		const response = await exchange(stack.fcgi, [handshake],
		    { more });
		assert.equal(response.status, 200, uri);
	}
	const twice = await exchange(stack.fcgi, [handshake],
	    { more: { REQUEST_URI: '/%2563ometd' } });
	assert.equal(twice.status, 404);
});

test('rule 7: OPTIONS is 200 and empty', async () => {
	const response = await request(stack.http, { method: 'OPTIONS' });
	assert.equal(response.status, 200);
	assert.equal(response.text, '');
	assertHeaders(response);
});

for (const method of ['PUT', 'DELETE', 'PATCH']) {
	test(`rule 7: ${method} is 405 with Allow`, async () => {
		const response = await request(stack.http, { method,
			body: JSON.stringify([handshake]) });
		assertRefused(response, 405);
		assert.equal(response.header('Allow'), 'GET, POST, OPTIONS');
	});
}

test('rule 7: HEAD is 405 with Allow and without a body', async () => {
	const response = await request(stack.http, { method: 'HEAD' });
	assert.equal(response.status, 405);
	assert.equal(response.body.length, 0);
	assert.equal(response.header('Allow'), 'GET, POST, OPTIONS');
});

for (const charset of ['iso-8859-1', 'utf-16', '"windows-1252"', 'x']) {
	test(`rule 8: charset ${charset} is 415`, async () => {
		const response = await post(stack.http, [handshake],
		    { headers: { 'Content-Type':
			`application/json; charset=${charset}` } });
		assertRefused(response, 415);
	});
}

for (const body of ['', ' ', '[]', 'null', '1', '"x"', 'true', '[', '{',
	'[{]', '[{}', '[{}]]', '[{}] x', '{}{}', "{'a':1}", '[{},]']) {
	test(`rule 9: the body ${JSON.stringify(body)} is 400`, async () => {
		assertRefused(await post(stack.http, body), 400);
	});
}

test('rule 9: a body over max_message_size is 413', async () => {
	const body = JSON.stringify([{ ...handshake, x: 'x'.repeat(5000) }]);
	assertRefused(await post(stack.http, body), 413);
	assertRefused(await exchange(stack.fcgi, body), 413);
	const fits = JSON.stringify([{ ...handshake, x: 'x'.repeat(3000) }]);
	await assertHandshakes(fits);
});

test('rule 9: a batch over max_batch is 413, and none is done', async () => {
	const client = await new Client(stack.http).join();
	await client.subscribe('/rule9');
	const batch = Array.from({ length: 6 },
	    (none, i) => client.message('/rule9', { data: i }));
	assertRefused(await post(stack.http, batch), 413);
	const replies = await client.send(batch.slice(0, 5));
	assert.deepEqual(replies.filter((one) => 'data' in one)
	    .map((one) => one.data), [0, 1, 2, 3, 4]);
});

test('rule 9: JSON nested deeper than max_json_depth is 400', async () => {
	const deep = (n) => `[${JSON.stringify(handshake).slice(0, -1)},` +
	    `"x":${'['.repeat(n)}${']'.repeat(n)}}]`;
	await assertHandshakes(deep(60));
	assertRefused(await post(stack.http, deep(70)), 400);
});

test('rule 10: with an element that is no object nothing is done',
    async () => {
	const client = await new Client(stack.http).join();
	await client.subscribe('/rule10');
	for (const odd of [1, null, 'x', [], true]) {
		const response = await post(stack.http,
		    [client.message('/rule10', { data: 'no' }), odd]);
		assertRefused(response, 400);
	}
	const replies = await client.send([client.message('/rule10',
	    { data: 'yes' })]);
	assert.deepEqual(replies.filter((one) => 'data' in one)
	    .map((one) => one.data), ['yes']);
});

test('rule 11: what the protocol refuses is HTTP 200', async () => {
	for (const message of [{}, { channel: 'x' }, { channel: '/x', data: 1 },
		{ channel: '/meta/connect', clientId: 'nobody' }]) {
		const [reply] = await send(stack.http, [message]);
		assert.equal(reply.successful, false);
	}
});

test('rules 12, 15: the headers of an answer are exact', async () => {
	const response = await assertHandshakes([handshake]);
	assert.equal(response.header('Content-Type'),
	    'application/json;charset=UTF-8');
	assertHeaders(response);
	assert.equal(response.header('Transfer-Encoding'), undefined);
});

test('rule 12: requests on one connection are answered in turn', async () => {
	const connection = await Connection.open(stack.http);
	for (let i = 0; i < 3; i++) {
		const response = await within(connection.request({
			body: JSON.stringify([{ ...handshake, id: i }])
		}), 'an answer');
		assert.equal(response.json[0].id, i);
	}
	connection.close();
});

test('rule 95: a WebSocket upgrade is refused at once', async () => {
	const upgrade = { Connection: 'Upgrade', Upgrade: 'websocket',
		'Sec-WebSocket-Version': 13,
		'Sec-WebSocket-Key': 'dGhlIHNhbXBsZSBub25jZQ==' };
	const through = await request(stack.http,
	    { method: 'GET', headers: upgrade });
	assert.ok(through.status >= 400 && through.status < 500);
	const direct = await exchange(stack.fcgi, '', { more: {
		REQUEST_METHOD: 'GET', CONTENT_LENGTH: '', CONTENT_TYPE: '',
		HTTP_CONNECTION: 'keep-alive, Upgrade',
		HTTP_UPGRADE: 'websocket' } });
	assertRefused(direct, 426);
});

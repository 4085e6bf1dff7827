// cors.test.mjs - pages of other origins (rules 77-79).

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { barrier, freshChannel, joined, post, types }
	from './support/bayeux.mjs';
import { exchange } from './support/fastcgi.mjs';
import { request } from './support/raw.mjs';
import { startStack } from './support/stack.mjs';

const LISTED = 'http://app.example';
const FOREIGN = 'http://evil.example';
const handshake = [{ channel: '/meta/handshake', version: '1.0', id: '1',
	supportedConnectionTypes: types }];

let stack;
let everybody;
before(async () => {
	[stack, everybody] = await Promise.all([
		startStack({ options: { timeout: '300s',
			max_message_size: '4KiB', allowed_origins: [LISTED,
			'https://*.example.org', 'http://local:*'] } }),
		startStack({ options: { allowed_origins: ['*', LISTED] } }),
	]);
});
after(() => Promise.all([stack?.stop(), everybody?.stop()]));

// What the reply says about origins; Vary is always there.
function corsOf(response) {
	assert.equal(response.header('Vary'), 'Origin');
	return Object.fromEntries(response.lines
	    .map(([name, value]) => [name.toLowerCase(), value])
	    .filter(([name]) => name.startsWith('access-control-')));
}

const allowed = (origin) => ({ 'access-control-allow-origin': origin,
	'access-control-allow-credentials': 'true' });
const preflight = { 'access-control-allow-methods': 'POST, GET',
	'access-control-allow-headers':
	    'Accept, Authorization, Content-Type, Pragma, X-Requested-With',
	'access-control-max-age': '86400' };

const postFrom = (origin, body = handshake, { on = stack, ...headers } = {}) =>
	post(on.http, body, { headers: { Origin: origin, ...headers } });

const optionsFrom = (origin, headers = {}, on = stack) =>
	request(on.http, { method: 'OPTIONS', headers: { Origin: origin,
		'Access-Control-Request-Method': 'POST',
		'Access-Control-Request-Headers': 'content-type',
		...headers } });

for (const origin of [LISTED, 'HTTP://APP.EXAMPLE:80', 'https://a.example.org',
	'https://a.b.example.org', 'http://local', 'http://local:3000']) {
	test(`rule 79: ${origin} is listed and told so`, async () => {
		const response = await postFrom(origin);
		assert.equal(response.status, 200);
		assert.equal(response.json[0].successful, true);
		assert.deepEqual(corsOf(response), allowed(origin));
	});

	test(`rule 78: ${origin} may ask before it posts`, async () => {
		const response = await optionsFrom(origin);
		assert.equal(response.status, 200);
		assert.equal(response.body.length, 0);
		assert.deepEqual(corsOf(response),
		    { ...allowed(origin), ...preflight });
	});
}

for (const origin of [FOREIGN, 'null', 'https://app.example',
	'http://app.example:8080', 'http://app.example.evil.example',
	'http://evilapp.example', 'https://example.org',
	'https://evil-example.org', 'http://a.example.org',
	'https://a.example.org.evil.example', 'http://127.0.0.1:1',
	'https://127.0.0.1', 'http://app.example http://evil.example',
	'file://', 'app.example', '*']) {
	test(`rule 79: a POST of ${origin} is 403`, async () => {
		const response = await postFrom(origin);
		assert.equal(response.status, 403);
		assert.match(response.header('Content-Type'),
		    /^text\/plain\b/);
		assert.deepEqual(corsOf(response), {});
		assert.throws(() => response.json);
	});

	test(`rule 79: a preflight of ${origin} is told nothing`, async () => {
		const response = await optionsFrom(origin);
		assert.equal(response.status, 200);
		assert.equal(response.body.length, 0);
		assert.deepEqual(corsOf(response), {});
	});
}

test('rule 79: of a foreign POST nothing is done', async () => {
	const channel = freshChannel();
	const [client] = await joined(stack.http, 1);
	await client.subscribe(channel);
	const held = await client.hold();
	for (const type of ['application/json', 'text/plain',
		'application/x-www-form-urlencoded']) {
		const body = JSON.stringify([client.message(channel,
		    { data: 'forged' })]);
		const response = await postFrom(FOREIGN, type.includes('form') ?
		    `message=${encodeURIComponent(body)}` : body,
		    { 'Content-Type': type });
		assert.equal(response.status, 403, type);
	}
	const [other] = await joined(stack.http, 1);
	await other.publish(channel, 'true');
	const replies = await held.replies();
	assert.deepEqual(replies.filter((one) => 'data' in one),
	    [{ channel, data: 'true' }]);
});

test('rule 79: our own origin is what the front was asked for', async () => {
	for (const [Host, Origin] of [
		[`127.0.0.1:${stack.port}`, stack.url],
		['chat.example', 'http://chat.example'],
		['chat.example:81', 'http://chat.example:81'],
		// As nginx with Debian's fastcgi_params has it.
		['chat.example', `http://chat.example:${stack.port}`],
	]) {
		const response = await postFrom(Origin, handshake, { Host });
		assert.equal(response.status, 200, `${Host} ${Origin}`);
		assert.deepEqual(corsOf(response), {});
	}
	const response = await postFrom('http://chat.example:81', handshake,
	    { Host: 'chat.example:82' });
	assert.equal(response.status, 403);
});

test('rule 79: our own origin has TLS when the front says so', async () => {
	for (const [more, status] of [
		[{ HTTPS: 'on' }, 200],
		[{ REQUEST_SCHEME: 'https' }, 200],
		[{ REQUEST_SCHEME: 'http' }, 403],
		[{ REQUEST_SCHEME: 'http',
			HTTP_SEC_FETCH_SITE: 'same-origin' }, 200],
		[{ REQUEST_SCHEME: 'http',
			HTTP_SEC_FETCH_SITE: 'same-site' }, 403],
	]) {
		const response = await exchange(stack.fcgi, handshake, { more: {
			HTTP_HOST: 'h', HTTP_ORIGIN: 'https://h', ...more } });
		assert.equal(response.status, status, JSON.stringify(more));
	}
});

test('rule 79: without Origin all is as it was', async () => {
	const response = await post(stack.http, handshake);
	assert.equal(response.status, 200);
	assert.deepEqual(corsOf(response), {});
	const options = await request(stack.http, { method: 'OPTIONS',
		headers: { 'Access-Control-Request-Method': 'POST' } });
	assert.equal(options.status, 200);
	assert.equal(options.header('Allow'), 'GET, POST, OPTIONS');
	assert.deepEqual(corsOf(options), {});
});

test('rule 79: errors are told to the listed origin, too', async () => {
	for (const [body, status, headers] of [
		['[]', 400, {}],
		[' '.repeat(5000), 413, {}],
		[handshake, 415, { 'Content-Type': 'text/json;charset=x' }],
	]) {
		const response = await postFrom(LISTED, body, headers);
		assert.equal(response.status, status);
		assert.deepEqual(corsOf(response), allowed(LISTED));
	}
	const get = await request(stack.http, { method: 'GET',
		headers: { Origin: LISTED } });
	assert.equal(get.status, 400);
	assert.deepEqual(corsOf(get), allowed(LISTED));
	const put = await request(stack.http, { method: 'PUT',
		headers: { Origin: LISTED }, body: 'x' });
	assert.equal(put.status, 405);
	assert.deepEqual(corsOf(put), allowed(LISTED));
});

test('rules 42, 79: so is the status of a superseded connect', async () => {
	const [client] = await joined(stack.http, 1);
	const older = postFrom(LISTED, [client.connectMessage()]);
	await barrier(stack.http);
	await client.connect({ advice: { timeout: 0 } });
	const response = await older;
	assert.equal(response.status, 409);
	assert.deepEqual(corsOf(response), allowed(LISTED));
});

test('rule 79: so is 503, when there are too many connections', async () => {
	const small = await startStack({ options: {
		max_connections_per_address: 1, timeout: '300s',
		allowed_origins: LISTED } });
	try {
		const [client] = await joined(small.http, 1);
		const held = await client.hold();
		const response = await postFrom(LISTED, handshake,
		    { on: small });
		assert.equal(response.status, 503);
		assert.deepEqual(corsOf(response), allowed(LISTED));
		held.connection.abort();
	} finally {
		await small.stop();
	}
});

test('rule 77: "*" is everybody, without credentials', async () => {
	for (const origin of [FOREIGN, 'null', 'https://a:1']) {
		const response = await postFrom(origin, handshake,
		    { on: everybody });
		assert.equal(response.status, 200);
		assert.equal(response.json[0].successful, true);
		assert.deepEqual(corsOf(response),
		    { 'access-control-allow-origin': '*' });
		const first = await optionsFrom(origin, {}, everybody);
		assert.deepEqual(corsOf(first),
		    { 'access-control-allow-origin': '*', ...preflight });
	}
});

test('rule 77: whose page is allowed by "*" has no cookies', async () => {
	const post = (body, Origin, cookie) => request(everybody.http, {
		body: JSON.stringify(body), headers: { Origin,
			'Content-Type': 'text/plain', Cookie: cookie } });
	const own = await post(handshake);
	const [cookie] = own.header('Set-Cookie').split(';');
	const [{ clientId }] = own.json;
	const connect = [{ channel: '/meta/connect', clientId, id: '2',
		connectionType: 'long-polling' }];
	assert.equal((await post(connect, undefined, cookie)).json[0].successful,
	    true);
	// It is bound now, and a page of anybody's that has its user's browser
	// show the cookie gets no further.
	assert.equal((await post(connect, FOREIGN, cookie)).json[0].error,
	    '402::session_unknown');
	const [script] = (await request(everybody.http, { method: 'GET',
		path: `/cometd?jsonp=f&message=${
			encodeURIComponent(JSON.stringify(connect))}`,
		headers: { 'Sec-Fetch-Site': 'cross-site', Cookie: cookie,
			Referer: `${FOREIGN}/` } })).text.match(/\{.*\}/);
	assert.equal(JSON.parse(script).error, '402::session_unknown');
	const theirs = await post(handshake, FOREIGN);
	assert.equal(theirs.header('Set-Cookie'), undefined);
});

test('rule 77: who is listed beside "*" has credentials', async () => {
	const response = await postFrom(LISTED, handshake, { on: everybody });
	assert.deepEqual(corsOf(response), allowed(LISTED));
});

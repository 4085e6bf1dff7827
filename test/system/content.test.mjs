// content.test.mjs - HTTP that plugins answer, and headers that they change,
// through test/plugins/content.c.

import assert from 'node:assert/strict';
import fs from 'node:fs';
import { after, before, test } from 'node:test';
import { Client, post } from './support/bayeux.mjs';
import { exchange } from './support/fastcgi.mjs';
import { request } from './support/raw.mjs';
import { command, pluginFile, scratchFolder, startStack }
	from './support/stack.mjs';
import { EventStream } from './support/stream.mjs';
import { until, watch } from './support/wait.mjs';
import { spawnSync } from 'node:child_process';

function section(more = '') {
	return `plugin "content" { path = "${pluginFile('content')}" ${more} }`;
}

function start(options = {}, more) {
	return startStack({ options: { timeout: '600s', ...options },
		config: section(more) });
}

let stack;
before(async () => {
	stack = await start({ max_message_size: '8KiB',
		allowed_origins: 'http://listed' });
});
after(() => stack.stop());

// How many requests the plugin has kept, ever.
function waiting({ output }) {
	return output.split('event=waits').length - 1;
}

function get(path, options = {}) {
	return request(stack.http, { method: 'GET',
		path: `/cometd/content${path}`, ...options });
}

function lines(response) {
	assert.equal(response.status, 200, response.text);
	return Object.fromEntries(response.text.split('\n')
	    .map((line) => line.split(/=(.*)/s).slice(0, 2)));
}

test('a plugin sees what was asked', async () => {
	const seen = lines(await get('/echo/%41%2Fb?c=%20d', { method: 'PUT',
		body: 'the body', headers: { 'Content-Type': 'Text/X; a=B',
			'X-Test': 'yes', Cookie: 'a=b' } }));
	assert.deepEqual(seen, { method: 'PUT', path: '/content/echo/A/b',
		query: 'c=%20d', type: 'Text/X; a=B', address: '127.0.0.1',
		user: '-', 'x-test': 'yes', cookie: 'a=b', length: '8',
		body: 'the body' });
});

test('what is not there is absent', async () => {
	const seen = lines(await get('/echo'));
	assert.deepEqual(seen, { ...seen, method: 'GET', query: '', type: '',
		'x-test': '', cookie: '', body: '' });
});

test('a login at the web server is told', async () => {
	const response = await exchange(stack.fcgi, '', { more: {
		REQUEST_URI: '/cometd/content/echo', REMOTE_USER: 'ann' } });
	assert.equal(lines(response).user, 'ann');
});

test('an answer has our headers and those of the plugin', async () => {
	const response = await get('/echo');
	assert.equal(response.header('Content-Type'), 'text/plain');
	assert.equal(response.header('Cache-Control'), 'no-cache, no-store');
	assert.equal(response.header('X-Content-Type-Options'), 'nosniff');
	assert.equal(response.header('Content-Length'),
	    String(response.body.length));
});

test('headers of a plugin go in place of ours', async () => {
	const response = await get('/status?418');
	assert.equal(response.status, 418);
	assert.equal(response.text, 'a body');
	assert.equal(response.header('Content-Type'), 'text/x-content');
	assert.equal(response.header('Cache-Control'), 'max-age=60');
	const values = (name) => response.lines
	    .filter(([key]) => key === name).map(([, value]) => value);
	assert.deepEqual(values('Set-Cookie'), ['a=1', 'b=2']);
	assert.match(values('Vary').join(','), /Origin.*Accept/);
});

for (const status of [204, 304]) {
	test(`${status} has no body`, async () => {
		const response = await exchange(stack.fcgi, '', { more: {
			REQUEST_METHOD: 'GET', QUERY_STRING: String(status),
			REQUEST_URI: `/cometd/content/status?${status}` } });
		assert.equal(response.status, status);
		assert.equal(response.header('Content-Length'), undefined);
		assert.equal(response.text, '');
	});
}

test('HEAD has the headers alone', async () => {
	const response = await get('/status?200', { method: 'HEAD' });
	assert.equal(response.status, 200);
	assert.equal(response.header('Content-Length'), '6');
	const raw = await exchange(stack.fcgi, '', { more: {
		REQUEST_METHOD: 'HEAD', QUERY_STRING: '200',
		REQUEST_URI: '/cometd/content/status?200' } });
	assert.equal(raw.header('Content-Length'), '6');
	assert.equal(raw.text, '');
});

test('what would break the message is refused', async () => {
	const response = await get('/bad');
	assert.equal(response.text, '26 refused');
});

test('the longest path is asked, and all below it', async () => {
	assert.equal((await get('/more')).text, 'more');
	assert.equal((await get('/more/x')).text, 'more');
	const missing = await get('/morex');
	assert.equal(missing.status, 404);
	assert.equal(missing.text, 'nothing\n');
	assert.equal((await get('')).status, 404);
	assert.equal((await get('x')).status, 400);
	const outside = await request(stack.http, { method: 'GET',
		path: '/cometd' });
	assert.equal(outside.status, 400);
	assert.equal((await get('/remove')).text, 'removed');
	assert.equal((await get('/more')).status, 404);
});

test('Bayeux goes on beside it', async () => {
	const client = await new Client(stack.http).join();
	const [reply] = await client.connect({ advice: { timeout: 0 } });
	assert.equal(reply.successful, true);
});

test('pages of other origins are refused before a plugin sees them',
    async () => {
	for (const method of ['GET', 'POST']) {
		const refused = await get('/echo', { method,
			body: method === 'POST' ? 'x' : undefined,
			headers: { Origin: 'http://other' } });
		assert.equal(refused.status, 403);
		const taken = await get('/echo', { method,
			body: method === 'POST' ? 'x' : undefined,
			headers: { Origin: 'http://listed' } });
		assert.equal(taken.status, 200);
		assert.equal(taken.header('Access-Control-Allow-Origin'),
		    'http://listed');
	}
});

// Whoever is logged in is ann, and shows a cookie.
function ask(path, more) {
	return exchange(stack.fcgi, '', { more: { REQUEST_METHOD: 'GET',
		REQUEST_URI: `/cometd/content${path}`, HTTP_HOST: 'h',
		REMOTE_USER: 'ann', HTTP_COOKIE: 'a=b', ...more } });
}

function fetched(site, mode, dest, referer) {
	return { HTTP_SEC_FETCH_SITE: site, HTTP_SEC_FETCH_MODE: mode,
		HTTP_SEC_FETCH_DEST: dest,
		...(referer && { HTTP_REFERER: referer }) };
}

test('what other sites\' pages show as theirs is refused', async () => {
	const before = waiting(stack);
	const other = 'http://other/page';
	for (const more of [
		fetched('cross-site', 'no-cors', 'script', other),
		fetched('cross-site', 'no-cors', 'script'),
		fetched('same-site', 'no-cors', 'image', other),
		fetched('cross-site', 'navigate', 'iframe', other),
		{ ...fetched('cross-site', 'navigate', 'document', other),
			REQUEST_METHOD: 'POST' },
		{ HTTP_REFERER: other, REQUEST_METHOD: 'POST' },
	])
		assert.equal((await ask('/late?script', more)).status, 403);
	assert.equal(waiting(stack), before);
});

const asked = {
	'a page of our own': fetched('same-origin', 'no-cors', 'image',
	    'http://h/'),
	'a bookmark': fetched('none', 'navigate', 'document'),
	'a link of another site': fetched('cross-site', 'navigate',
	    'document', 'http://other/page'),
	'a script tag of a listed site': fetched('cross-site', 'no-cors',
	    'script', 'http://listed/page'),
	'an old browser\'s page of our own': { HTTP_REFERER: 'http://h/x' },
	'what is no browser': {},
};

for (const [what, more] of Object.entries(asked)) {
	test(`${what} asks for who is logged in`, async () => {
		const seen = lines(await ask('/echo', more));
		assert.equal(seen.user, 'ann');
		assert.equal(seen.cookie, 'a=b');
	});
}

test('what may be another site\'s link asks for nobody', async () => {
	const more = { HTTP_REFERER: 'http://other/page' };
	const seen = lines(await ask('/echo', more));
	assert.equal(seen.user, '-');
	assert.equal(seen.cookie, '');
	const listed = lines(await ask('/echo', {
		HTTP_REFERER: 'http://listed/page' }));
	assert.equal(listed.user, 'ann');
});

test('a preflight is answered by the server', async () => {
	const preflight = await get('/echo', { method: 'OPTIONS', headers: {
		Origin: 'http://listed',
		'Access-Control-Request-Method': 'POST' } });
	assert.equal(preflight.text, '');
	assert.equal(preflight.header('Access-Control-Allow-Methods'),
	    'POST, GET');
	const other = lines(await get('/echo', { method: 'OPTIONS' }));
	assert.equal(other.method, 'OPTIONS');
});

test('what asks to become a WebSocket is told to be no such thing',
    async () => {
	const refused = await ask('/echo', { HTTP_UPGRADE: 'websocket',
		HTTP_CONNECTION: 'Upgrade' });
	assert.equal(refused.status, 426);
});

test('max_message_size holds for it', async () => {
	const large = await get('/echo', { method: 'POST',
		body: 'x'.repeat(8193) });
	assert.equal(large.status, 413);
	const fits = lines(await get('/echo', { method: 'POST',
		body: 'x'.repeat(8192) }));
	assert.equal(fits.body.length, 8192);
});

test('answers may come later', async () => {
	const before = waiting(stack);
	const all = [1, 2, 3].map((i) => watch(get(`/late?${i}`)));
	await until(() => waiting(stack) === before + 3, 'they are held');
	assert.ok(all.every(({ settled }) => !settled));
	await get('/go');
	for (const [i, { promise }] of all.entries())
		assert.equal((await promise).text, `late ${i + 1}`);
});

test('a stream comes in pieces', async () => {
	const stream = await EventStream.open(stack.http, 'content/stream');
	await stream.until(() => stream.text === 'first\n', 'the first piece');
	await get('/say?one');
	await stream.until(() => stream.text === 'first\none', 'the next');
	await get('/say?two');
	await get('/end');
	await stream.untilEnded();
	assert.equal(stream.text, 'first\nonetwolast\n');
	assert.ok(stream.response.complete);
});

test('the limit of an address holds for what is held', async () => {
	const other = await start({ max_connections_per_address: 1 });
	try {
		const address = other.http;
		const held = watch(request(address, { method: 'GET',
			path: '/cometd/content/late?x' }));
		await until(() => waiting(other) === 1, 'it is held');
		const refused = await request(address, { method: 'GET',
			path: '/cometd/content/echo' });
		assert.equal(refused.status, 503);
		assert.match(refused.text, /too_many_connections/);
		assert.equal(held.settled, false);
		await other.stopProcess();
		assert.equal((await held.promise).status, 503);
	} finally {
		await other.stop();
	}
});

test('what is not answered when the server stops is 503', async () => {
	const other = await start();
	try {
		const ask = (path) => request(other.http, { method: 'GET',
			path: `/cometd/content${path}` });
		const all = ['/never', '/never?quietly', '/late?x'].map(ask);
		const stream = await EventStream.open(other.http,
		    'content/stream');
		await stream.until(() => stream.text === 'first\n', 'it');
		await until(() => waiting(other) === 3, 'they are held');
		await other.stopProcess();
		for (const answer of await Promise.all(all)) {
			assert.equal(answer.status, 503);
			assert.match(answer.text, /503::stopping/);
		}
		await stream.untilEnded();
		assert.ok(stream.response.complete);
		for (const what of ['never', 'held', 'stream'])
			assert.equal(other.output.split(
			    `event=gone what=${what}`).length, 2, other.output);
		assert.match(other.output, /event=content_stopped/);
	} finally {
		await other.stop();
	}
});

test('a plugin that refuses to start leaves no socket', () => {
	const folder = scratchFolder();
	const file = `${folder}/a.conf`;
	fs.writeFileSync(file, section('refuse = yes'));
	const [first, ...rest] = command(['-c', file, '-o',
		`listen=unix:${folder}/socket`]);
	const { status, stderr } = spawnSync(first, rest,
	    { encoding: 'utf8' });
	assert.equal(status, 1);
	assert.match(stderr, /event=cannot_start/);
	assert.doesNotMatch(stderr, /event=listening/);
});

test('headers of all responses can be changed', async () => {
	const other = await start({}, 'heading = yes');
	const assertChanged = (response, seen) => {
		const header = (name) => response.header ?
		    response.header(name) :
		    response.headers[name.toLowerCase()];
		assert.equal(header('X-Seen'), seen);
		assert.equal(header('Cache-Control'), 'private');
		assert.equal(header('X-Content-Type-Options'), undefined);
		assert.equal(header('X-Worse'), undefined);
	};
	const ask = (path, method = 'GET', options = {}) =>
		request(other.http, { method, path, ...options });
	try {
		const handshake = await post(other.http, [{ version: '1.0',
			channel: '/meta/handshake',
			supportedConnectionTypes: ['long-polling'] }],
		    { path: '/cometd/handshake' });
		assert.equal(handshake.json[0].successful, true);
		assertChanged(handshake, '200 /handshake');
		assert.equal(handshake.header('Content-Length'),
		    String(handshake.body.length));
		assertChanged(await ask('/cometd/x'), '400 /x');
		assertChanged(await ask('/cometd', 'DELETE'), '405 /');
		assertChanged(await ask('/cometd', 'OPTIONS'), '200 /');
		assertChanged(await ask('/cometd/content/echo'),
		    '200 /content/echo');
		assertChanged(await ask(`/cometd/${'x'.repeat(512)}`), '400');
		const outside = await exchange(other.fcgi, '', { more: {
			REQUEST_URI: '/other' } });
		assertChanged(outside, '404');
		const client = await new Client(other.http).join();
		const held = await client.hold();
		const stream = await EventStream.open(other.http,
		    client.clientId);
		assertChanged(stream, `200 /${client.clientId}`);
		stream.abort();
		await client.disconnect();
		await held.replies();
		const script = await ask('/cometd?jsonp=f&message=' +
		    encodeURIComponent('[{"channel":"/meta/x","id":"1"}]'));
		assertChanged(script, '200 /');
		const pieces = await EventStream.open(other.http,
		    'content/stream');
		assertChanged(pieces, '200 /content/stream');
		pieces.abort();
		const never = ask('/cometd/content/never');
		await until(() => waiting(other) === 1, 'it is held');
		await other.stopProcess();
		assertChanged(await never, '503 /content/never');
	} finally {
		await other.stop();
	}
});

// client_faye.test.mjs - what the Faye client expects of a server, F1 to F6,
// through lighttpd with the client of npm.  Each name says what a server would
// get wrong.

import assert from 'node:assert/strict';
import fs from 'node:fs';
import http from 'node:http';
import { createRequire } from 'node:module';
import { after, before, test } from 'node:test';
import { Client, barrier, events, freshChannel, joined }
	from './support/bayeux.mjs';
import { startBrowser } from './support/browser.mjs';
import { datas, receives, replies, withClients, withNewClients }
	from './support/clients.mjs';
import { Connection, request } from './support/raw.mjs';
import { startStack } from './support/stack.mjs';
import { until, within } from './support/wait.mjs';

const require = createRequire(import.meta.url);
const NodeHttp = require('faye/src/transport/node_http');

// Faye gives up what takes 1.2 times the timeout, and sends it once more: here
// nobody waits for so long.
let lasting;
before(async () => {
	lasting = await startStack({ options: { timeout: '600s' } });
});
after(() => lasting?.stop());

// The batches of messages that use has clients of Faye send.
async function watchBatches(use) {
	const batches = [];
	const { request: send } = NodeHttp.prototype;
	NodeHttp.prototype.request = function watched(messages) {
		batches.push(messages);
		return send.call(this, messages);
	};
	try {
		await use(batches);
	} finally {
		NodeHttp.prototype.request = send;
	}
}

// Until a connect of client is held.  While it is on its way the process must
// not end: Faye in Node takes the JSON of a 503 for an answer, and waits on.
function polls(client, stack) {
	const isHeld = () => {
		const last = client.sent.filter(({ channel }) =>
			channel === '/meta/connect').at(-1);
		return last && !last.advice &&
		    !replies(client, '/meta/connect')
			.some(({ id }) => id === last.id);
	};
	return until(async () => {
		if (!isHeld())
			return false;
		await barrier(stack.http);
		return isHeld();
	}, 'it polls');
}

test('F1: a reply without id or successful, after which Faye sends the ' +
    'message again', () =>
	watchBatches((batches) => withClients(lasting, ['faye', 'faye'],
	    async (from, to) => {
		const channel = freshChannel();
		const received = await to.subscribe(channel);
		const wanted = ['a', null, 3, { four: 4 }];
		for (const data of wanted)
			await within(from.publish(channel, data), 'a reply');
		await within(from.publish('/service/none', 1), 'a reply');
		for (const bad of ['/a/*', `/${'x'.repeat(1500)}`])
			await assert.rejects(within(from.publish(bad, 1),
			    'a reply'), { code: 405 });
		// What it still has here it would send again.
		const waiting = [...from.client._dispatcher._envelopes.values()]
		    .map(({ message }) => message.channel);
		assert.deepEqual([...new Set(waiting)], ['/meta/connect']);
		await receives(received, wanted);
		const ids = batches.flat().filter(({ channel: name }) =>
			!/meta.(handshake|connect)/.test(name))
		    .map(({ clientId, id }) => `${clientId} ${id}`);
		assert.ok(ids.length >= wanted.length + 4);
		assert.equal(new Set(ids).size, ids.length, 'none went twice');
	})));

test('F2: an end of the process that says none, or later no handshake, for ' +
    'any of its subscriptions', () =>
	withClients(lasting, ['faye'], async (client) => {
		const channels = [freshChannel(), freshChannel(),
			freshChannel()];
		const received = [];
		for (const channel of channels)
			await client.follow(channel, received);
		await polls(client, lasting);
		await lasting.restartProcess();
		await until(() => replies(client, '/meta/subscribe')
		    .filter((reply) => reply.successful).length === 6,
		    'it has subscribed again');
		assert.equal(client.handshakes, 2);
		for (const { advice } of client.got)
			assert.notEqual(advice?.reconnect, 'none');
		const from = await new Client(lasting.http).join();
		for (const channel of channels)
			await from.publish(channel, channel);
		await receives(received, channels);
	}));

// A page of another origin that has Faye.
async function servePages() {
	const file = require.resolve('faye/client/faye-browser-min.js');
	const server = http.createServer((query, response) => {
		const script = query.url === '/faye.js';
		response.setHeader('Content-Type',
		    script ? 'text/javascript' : 'text/html');
		response.end(script ? fs.readFileSync(file) :
		    '<!DOCTYPE html><title>a page</title>' +
		    '<link rel="icon" href="data:,">' +
		    '<script src="/faye.js"></script>');
	});
	await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
	return server;
}

// In the page: a client, which hears what it says itself.
async function talk({ url, channel }) {
	window.received = [];
	window.client = new window.Faye.Client(url, { retry: 0.2 });
	await window.client.subscribe(channel, (data) =>
		window.received.push(data));
	await window.client.publish(channel, 'own');
}

// In the page: how the client goes, and what it has heard.
const hear = (count) => window.received.length >= count &&
	[window.client._dispatcher.connectionType, ...window.received];

// In the page: the form that Faye posts, and its headers.
function postForm({ url, message }) {
	return fetch(url, { method: 'POST', credentials: 'include',
		headers: { Pragma: 'no-cache' },
		body: `message=${encodeURIComponent(JSON.stringify(message))}`
	}).then((response) => response.json());
}

test('F3: a page of another origin that is refused JSONP first, a form as ' +
    'text/plain, or the header Pragma', async () => {
	const pages = await servePages();
	const origin = `http://127.0.0.1:${pages.address().port}`;
	const stack = await startStack({ options: { timeout: '600s',
		allowed_origins: origin } });
	const browser = await startBrowser();
	try {
		const { page } = await browser.visit(`${origin}/`);
		const seen = [];
		page.on('request', (one) => one.url().startsWith(stack.url) &&
		    seen.push(one));
		const url = `${stack.url}/cometd`;
		const channel = freshChannel();
		const [other] = await joined(stack.http, 1);
		const { supportedConnectionTypes: listed } =
		    await new Client(stack.http).handshake();
		await within(page.evaluate(talk, { url, channel }), 'a reply');
		await page.waitForFunction(hear, 1);
		await other.publish(channel, 'other');
		const heard = await page.waitForFunction(hear, 2);
		assert.deepEqual(await heard.jsonValue(),
		    [listed.includes('cross-origin-long-polling') ?
			'cross-origin-long-polling' : 'callback-polling',
		    'own', 'other']);
		assert.equal(seen[0].method(), 'GET');
		assert.match(seen[0].url(), /[?&]jsonp=__jsonp\d+__/);
		const [reply] = await page.evaluate(postForm, { url, message: [{
			channel: '/meta/handshake', version: '1.0', id: '1',
			supportedConnectionTypes: listed }] });
		assert.equal(reply.successful, true);
		const form = seen.find((one) => one.method() === 'POST' &&
		    one.postData().includes('handshake'));
		assert.match((await form.allHeaders())['content-type'],
		    /^text\/plain/);
	} finally {
		await browser.stop();
		await stack.stop();
		pages.closeAllConnections();
		pages.close();
	}
});

test('F4: advice whose timeout is in seconds or whose reconnect stays ' +
    'handshake, or an event without data', async () => {
	const stack = await startStack({ options: { timeout: '600s',
		interval: '10ms' } });
	try {
		await withClients(stack, ['faye'], async (client) => {
			const channel = freshChannel();
			const received = await client.follow(channel);
			const advice = { reconnect: 'retry', interval: 10,
				timeout: 600000 };
			assert.deepEqual(client.client._advice, advice);
			await polls(client, stack);
			await stack.restartProcess();
			await until(() => client.handshakes === 2 &&
			    replies(client, '/meta/subscribe').length === 2,
			    'it is back');
			await until(() => replies(client, '/meta/connect')
			    .at(-1).successful, 'it polls');
			assert.deepEqual(client.client._advice, advice);
			assert.equal(client.handshakes, 2);
			const falsy = [null, false, 0, '', 'end'];
			const from = await new Client(stack.http).join();
			for (const data of falsy)
				await from.publish(channel, data);
			await receives(received, falsy);
		});
	} finally {
		await stack.stop();
	}
});

test('F4: a hold too long', async () => {
	const stack = await startStack({ options: { timeout: '4s' } });
	try {
		await withClients(stack, ['faye'], async (client) => {
			// The first is not held.  A slow machine makes it give
			// up others now and then, a slow server each.
			let before = 1;
			client.client.bind('transport:down', () => {
				before = Math.max(before, client.connects);
			});
			await until(() => client.connects > before,
			    'a hold has ended');
		});
	} finally {
		await stack.stop();
	}
});

test('F5: a hold of what comes together with a connect', () =>
	watchBatches((batches) => withNewClients(lasting, ['faye'],
	    async (client) => {
		const channel = freshChannel();
		const received = await within(client.subscribe(channel),
		    'the reply that came with that of a connect');
		const batch = batches.find((messages) => messages.some((one) =>
			one.channel === '/meta/connect'));
		assert.deepEqual(batch.map((message) => message.channel).sort(),
		    ['/meta/connect', '/meta/subscribe']);
		assert.deepEqual(batch.find((message) => message.channel ===
		    '/meta/connect').advice, { timeout: 0 });
		await within(client.publish(channel, 1), 'a reply');
		await receives(received, [1]);
		// Alone it has no advice, and is held.
		await until(() => batches.some((messages) =>
			messages.length === 1 && !messages[0].advice &&
			messages[0].channel === '/meta/connect'), 'it polls');
		const from = await new Client(lasting.http).join();
		await from.publish(channel, 2);
		await receives(received, [1, 2]);
	})));

// Open an event stream; HTTP/1.0 knows no chunks to be in the way.
async function openStream(path) {
	const connection = await Connection.open(lasting.http);
	const stream = { connection, text: '' };
	connection.socket.removeAllListeners('data');
	connection.socket.on('data', (bytes) => { stream.text += bytes; });
	connection.socket.write(`GET ${path} HTTP/1.0\r\n` +
	    'Host: 127.0.0.1\r\nAccept: text/event-stream\r\n\r\n');
	await until(() => stream.text.includes('\r\n\r\n'), 'a head');
	stream.events = () => events([...stream.text
	    .matchAll(/^data:(.*)\n/gm)].flatMap(([, json]) =>
		JSON.parse(json)));
	return stream;
}

async function viaLongPolling(client, publish) {
	const held = await client.hold();
	await publish();
	return events(await held.replies());
}

// Any way that is a request for each connect: ask makes one of messages.
async function viaRequests(client, publish, connectionType, ask) {
	await publish();
	const response = await request(lasting.http,
	    ask(JSON.stringify([client.connectMessage({ connectionType })])));
	assert.equal(response.status, 200, response.text);
	return events(JSON.parse(response.text
	    .replace(/^\/\*\*\/cb\((.*)\);$/s, '$1')));
}

async function viaEventSource(client, publish) {
	const stream = await openStream(`/cometd/${client.clientId}`);
	try {
		assert.match(stream.text, /^HTTP\/1\.[01] 200 /);
		assert.match(stream.text,
		    /^Content-Type: text\/event-stream/im);
		await client.connect({ connectionType: 'eventsource' });
		await publish();
		await until(() => stream.events().length > 0, 'it is there');
	} finally {
		stream.connection.abort();
	}
	return stream.events();
}

// How an event comes by each connection type that may be listed.
const probes = {
	'long-polling': viaLongPolling,
	'callback-polling': (client, publish) =>
		viaRequests(client, publish, 'callback-polling', (json) => ({
			method: 'GET', path: '/cometd?jsonp=cb&message=' +
			    encodeURIComponent(json) })),
	'cross-origin-long-polling': (client, publish) =>
		viaRequests(client, publish, 'cross-origin-long-polling',
		    (json) => ({ headers: {
			'Content-Type': 'text/plain;charset=UTF-8' },
			body: `message=${encodeURIComponent(json)}` })),
	eventsource: viaEventSource,
};

test('F6: a connection type that is listed and does not work, and a batch ' +
    'that Faye cut at 2048 bytes', async () => {
	const [from] = await joined(lasting.http, 1);
	const listed = (await new Client(lasting.http).handshake())
	    .supportedConnectionTypes;
	// Faye would try it: it has to be refused just because it is not there.
	assert.ok(!listed.includes('websocket'));
	for (const type of listed) {
		assert.ok(probes[type], `no probe for ${type}`);
		const channel = freshChannel();
		const [client] = await joined(lasting.http, 1);
		await client.subscribe(channel);
		const came = await within(probes[type](client, () =>
			from.publish(channel, 'probe')), `an event by ${type}`);
		assert.deepEqual(datas(came), ['probe'], type);
	}
	await watchBatches((batches) => withClients(lasting, ['faye'],
	    async (client) => {
		const channel = freshChannel();
		const received = await client.subscribe(channel);
		const texts = Array.from({ length: 12 },
		    (none, i) => String(i).padEnd(600, 'x'));
		await within(Promise.all(texts.map((text) =>
			client.publish(channel, text))), 'all replies');
		assert.ok(batches.filter((batch) => batch.some((message) =>
			message.channel === channel)).length > 1);
		await until(() => received.length >= texts.length, 'all');
		// They go on several connections, so in any order.
		assert.deepEqual(datas(received).sort(), texts.sort());
	}));
});

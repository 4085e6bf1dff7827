// Pages of other origins, as a browser lets them at us (rules 77-79, 89).
//
// One web server has the pages: at 127.0.0.1 it is another origin that is
// allowed, at localhost another site that is not.

import assert from 'node:assert/strict';
import fs from 'node:fs';
import http from 'node:http';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { Client, events, freshChannel, joined, types }
	from './support/bayeux.mjs';
import { startBrowser } from './support/browser.mjs';
import { startStack, tree } from './support/stack.mjs';

const modules = path.join(tree, 'test/node_modules');
const handshake = { channel: '/meta/handshake', version: '1.0', id: '1',
	supportedConnectionTypes: types };

let pages;
let stack;
let browser;
let allowed;
let foreign;

// An empty page, and the clients for it.
function serve(request, response) {
	const name = /^\/(cometd|faye\/client)\/[\w-]+\.js$/.exec(
	    request.url);
	if (name) {
		response.setHeader('Content-Type', 'text/javascript');
		response.end(fs.readFileSync(path.join(modules, name[0])));
	} else {
		response.setHeader('Content-Type', 'text/html');
		response.end('<!DOCTYPE html><title>a page</title>' +
		    '<link rel="icon" href="data:,">');
	}
}

before(async () => {
	pages = http.createServer(serve);
	await new Promise((resolve) => pages.listen(0, '127.0.0.1', resolve));
	allowed = `http://127.0.0.1:${pages.address().port}`;
	foreign = `http://localhost:${pages.address().port}`;
	stack = await startStack({ options: { timeout: '600s',
		allowed_origins: allowed } });
	browser = await startBrowser();
});

after(async () => {
	await browser?.stop();
	await stack?.stop();
	pages?.closeAllConnections();
	pages?.close();
});

// What use returns in a page of origin.
async function inPageOf(origin, use, argument) {
	const visitor = await browser.visit(`${origin}/`);
	try {
		return await visitor.page.evaluate(use,
		    { url: `${stack.url}/cometd`, ...argument });
	} finally {
		await visitor.close();
	}
}

// In a page: POST by fetch; the reply, or the name of the error.
function fetchPost({ url, messages, type, mode = 'cors' }) {
	return fetch(url, { method: 'POST', credentials: 'include', mode,
		headers: { 'Content-Type': type },
		body: JSON.stringify(messages) })
	    .then(async (response) => ({ status: response.status,
		    text: await response.text() }),
	    (error) => ({ error: error.name }));
}

// In a page: GET by a script tag; the messages, or that there was an error.
function scriptGet({ url, messages }) {
	return new Promise((resolve) => {
		const script = document.createElement('script');
		window.callback = (replies) => resolve({ replies });
		script.onerror = () => resolve({ error: true });
		script.src = `${url}?jsonp=callback&message=` +
		    encodeURIComponent(JSON.stringify(messages));
		document.head.append(script);
	});
}

async function member() {
	const channel = freshChannel();
	const [client] = await joined(stack.http, 1);
	await client.subscribe(channel);
	return { client, channel };
}

// Nothing but wanted has been published.
async function assertHeard({ client, channel }, wanted) {
	const [other] = await joined(stack.http, 1);
	await other.publish(channel, 'end');
	assert.deepEqual(events(await client.connect()).map((one) => one.data),
	    [...wanted, 'end']);
}

for (const type of ['application/json', 'text/plain']) {
	test(`rule 79: an allowed page posts ${type}`, async () => {
		const { status, text } = await inPageOf(allowed, fetchPost,
		    { messages: [handshake], type });
		assert.equal(status, 200);
		assert.equal(JSON.parse(text)[0].successful, true);
	});

	test(`rule 79: a page that is not allowed posts no ${type}`,
	    async () => {
		const there = await member();
		const messages = [new Client(stack.http).message(there.channel,
		    { clientId: there.client.clientId, data: 'forged' })];
		assert.deepEqual(await inPageOf(foreign, fetchPost,
		    { messages, type }), { error: 'TypeError' });
		await assertHeard(there, []);
	});
}

test('rule 79: nor does it post blindly', async () => {
	const there = await member();
	const messages = [there.client.message(there.channel,
	    { data: 'forged' })];
	assert.deepEqual(await inPageOf(foreign, fetchPost,
	    { messages, type: 'text/plain', mode: 'no-cors' }),
	    { status: 0, text: '' });
	await assertHeard(there, []);
});

test('rule 79: an allowed page sees the status of errors', async () => {
	const { status } = await inPageOf(allowed, fetchPost,
	    { messages: [], type: 'application/json' });
	assert.equal(status, 400);
});

test('a page of ours and an allowed one may use script tags', async () => {
	for (const origin of [stack.url, allowed]) {
		const { replies } = await inPageOf(origin, scriptGet,
		    { messages: [handshake] });
		assert.equal(replies?.[0].successful, true, origin);
	}
});

test('a script tag of another site is refused', async () => {
	const there = await member();
	const messages = [there.client.message(there.channel,
	    { data: 'forged' })];
	assert.deepEqual(await inPageOf(foreign, scriptGet, { messages }),
	    { error: true });
	await assertHeard(there, []);
});

// In a page: handshake, subscribe, publish; the transport and what came.
async function chat({ url, channel, without, text }) {
	const { CometD } = await import('/cometd/cometd.js');
	const client = new CometD();
	for (const type of without)
		client.unregisterTransport(type);
	client.configure({ url, logLevel: 'error' });
	const reply = await new Promise((resolve) =>
		client.handshake(resolve));
	if (!reply.successful)
		return { reply };
	const data = await new Promise((resolve) => {
		client.subscribe(channel, (message) => resolve(message.data),
		    () => client.publish(channel, { text }));
	});
	const transport = client.getTransport().type;
	await new Promise((resolve) => client.disconnect(resolve));
	return { transport, data };
}

for (const [transport, without] of [
	['long-polling', ['websocket']],
	['callback-polling', ['websocket', 'long-polling']],
]) {
	test(`rule 79: CometD goes by ${transport} from an allowed page`,
	    async () => {
		const text = 'a\u2028b';
		assert.deepEqual(await inPageOf(allowed, chat,
		    { channel: freshChannel(), without, text }),
		    { transport, data: { text } });
	});

	test(`rule 79: CometD's ${transport} fails where it is not allowed`,
	    async () => {
		const { reply } = await inPageOf(foreign, chat,
		    { channel: freshChannel(), without });
		assert.equal(reply?.successful, false);
	});
}

// The same with Faye; the transports it was on, in their order.
async function chatWithFaye({ url, channel, without, text }) {
	await new Promise((resolve) => {
		const script = document.createElement('script');
		script.onload = resolve;
		script.src = '/faye/client/faye-browser.js';
		document.head.append(script);
	});
	const client = new Faye.Client(url, { timeout: 60, retry: 1 });
	const transports = [];
	for (const type of without)
		client.disable(type);
	client.addExtension({ outgoing: (message, callback) => {
		const type = client._dispatcher.connectionType;
		if (transports.at(-1) !== type)
			transports.push(type);
		callback(message);
	} });
	const data = await new Promise((resolve, reject) => {
		client.subscribe(channel, resolve).then(() =>
			client.publish(channel, { text })).catch(reject);
	});
	await client.disconnect();
	return { transports, data };
}

test('rule 93, F3: Faye goes across origins by the name for that', async () => {
	const text = 'a+%&\u2028\u00e9';
	const channel = freshChannel();
	assert.deepEqual(await inPageOf(allowed, chatWithFaye,
	    { channel, without: [], text }),
	    { transports: ['callback-polling', 'cross-origin-long-polling'],
		data: { text } });
});

test('F3: Faye goes across origins by script tags alone', async () => {
	const text = 'a+%&\u2028\u00e9';
	const channel = freshChannel();
	assert.deepEqual(await inPageOf(allowed, chatWithFaye, { channel,
		without: ['cross-origin-long-polling'], text }),
	    { transports: ['callback-polling'], data: { text } });
});

// Streams of events in a real browser: the Faye client, and EventSource alone
// whose connection breaks (rule 92).

import assert from 'node:assert/strict';
import fs from 'node:fs';
import net from 'node:net';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { Client, freshChannel, joined } from './support/bayeux.mjs';
import { startBrowser } from './support/browser.mjs';
import { startStack, tree } from './support/stack.mjs';
import { until } from './support/wait.mjs';

const FAYE = path.join(tree, 'test/node_modules/faye/client',
    'faye-browser-min.js');

let stack;
let browser;
before(async () => {
	// Without signs of life, with the second of which what was written
	// before is taken to have come.
	stack = await startStack({ options: { timeout: '600s',
		heartbeat: '1h' } });
	browser = await startBrowser();
});
after(async () => {
	await browser?.stop();
	await stack?.stop();
});

// An empty page of our own origin, and the Faye client beside it.
async function visit(url = stack.url) {
	const visitor = await browser.visit(`${url}/`);
	const { page } = visitor;
	await page.route('**/page/**', (route) =>
		route.request().url().endsWith('.js') ?
		    route.fulfill({ contentType: 'text/javascript',
			body: fs.readFileSync(FAYE, 'utf8') }) :
		    route.fulfill({ contentType: 'text/html',
			body: '<!DOCTYPE html><title>a page</title>' +
			    '<link rel="icon" href="data:,">' }));
	await page.goto(`${url}/page/`);
	return visitor;
}

// In a page: what the Faye client does, until all is done.  While it has a
// stream it gives up, and sends again, what takes 1.2 times retry, in seconds;
// so long does it also wait when the server is away.
async function startFaye({ url, channel, retry }) {
	window.received = [];
	window.client = new window.Faye.Client(url, { retry });
	// It would try one although it is not in the list.
	window.client.disable('websocket');
	window.client.on('transport:down', () => { window.wentDown = true; });
	await window.client.subscribe(channel, (data) =>
	    window.received.push(data));
}

async function visitWithFaye(channel, { url = stack.url, retry = 1 } = {}) {
	const visitor = await visit(url);
	await visitor.page.addScriptTag({ url: '/page/faye.js' });
	await visitor.page.evaluate(startFaye,
	    { url: `${url}/cometd`, channel, retry });
	await visitor.page.waitForFunction(() =>
	    window.client._dispatcher.connectionType === 'eventsource');
	return visitor;
}

function received(page, count) {
	return page.waitForFunction((wanted) =>
	    window.received.length >= wanted && window.received, count)
	    .then((handle) => handle.jsonValue());
}

test('F6: Faye goes by eventsource, and receives and publishes', async () => {
	const channel = freshChannel();
	const visitor = await visitWithFaye(channel, { retry: 600 });
	const { page } = visitor;
	const [other] = await joined(stack.http, 1);
	await other.subscribe(channel);
	for (let i = 1; i <= 3; i++)
		await other.publish(channel, { i });
	assert.deepEqual(await received(page, 3),
	    [{ i: 1 }, { i: 2 }, { i: 3 }]);
	await page.evaluate((name) => window.client.publish(name, 'from Faye'),
	    channel);
	assert.equal((await received(page, 4)).at(-1), 'from Faye');
	const replies = await other.connect();
	assert.ok(replies.some((reply) => reply.data === 'from Faye'));
	assert.equal(await page.evaluate(() => window.wentDown), undefined);
	await page.evaluate(() => window.client.disconnect());
	visitor.assertClean();
	await visitor.close();
});

test('rule 46: Faye goes by long-polling where it may have none', async () => {
	const channel = freshChannel();
	const busy = await visit();
	await busy.page.context().addCookies([{ name: 'BAYEUX_BROWSER',
		value: 'crowded0browser1', url: stack.url }]);
	const headers = { Cookie: 'BAYEUX_BROWSER=crowded0browser1' };
	const held = [];
	for (let i = 0; i < 4; i++) {
		const client = await new Client(stack.http, headers).join();
		held.push({ client, hold: await client.hold() });
	}
	const { page } = busy;
	await page.addScriptTag({ url: '/page/faye.js' });
	await page.evaluate(startFaye,
	    { url: `${stack.url}/cometd`, channel, retry: 1 });
	const [other] = await joined(stack.http, 1);
	await other.publish(channel, 'polled');
	assert.deepEqual(await received(page, 1), ['polled']);
	assert.equal(await page.evaluate(() =>
	    window.client._dispatcher.connectionType), 'long-polling');
	for (const { client, hold } of held) {
		await client.disconnect();
		await hold.response();
	}
	await busy.close();
});

// In a page: read what comes for a session, and only that.
function startReading({ clientId }) {
	window.received = [];
	window.opened = 0;
	const source = new EventSource(`/cometd/${clientId}`);
	source.onopen = () => { window.opened++; };
	source.onmessage = ({ data }) => {
		for (const message of JSON.parse(data))
			window.received.push(message.data);
	};
	window.source = source;
}

// A way to the web server that can be cut, on which nothing waits for the end
// of an answer as in way.mjs: a stream has none.
class RawWay {
	constructor() {
		this.pairs = new Set();
		this.isDeaf = false;
		this.server = net.createServer((near) => this.#join(near));
	}

	#join(near) {
		const far = net.connect({ host: '127.0.0.1', port: stack.port });
		const pair = [near, far];
		this.pairs.add(pair);
		const end = () => {
			this.pairs.delete(pair);
			pair.forEach((socket) => socket.destroy());
		};
		for (const socket of pair)
			socket.on('error', end).on('close', end);
		near.on('data', (bytes) => far.write(bytes));
		far.on('data', (bytes) => {
			if (!this.isDeaf)
				near.write(bytes);
		});
	}

	async open() {
		await new Promise((resolve) =>
			this.server.listen(0, '127.0.0.1', resolve));
		return `http://127.0.0.1:${this.server.address().port}`;
	}

	// All connections break; a while before nothing got through.
	cut() {
		for (const [near] of this.pairs)
			near.destroy();
		this.isDeaf = false;
	}

	close() {
		this.cut();
		this.server.close();
	}
}

test('an EventSource goes on where it broke off', async () => {
	const way = new RawWay();
	const url = await way.open();
	const channel = freshChannel();
	const visitor = await visit(url);
	const { page } = visitor;
	const [client, other] = await joined(stack.http, 2);
	await client.subscribe(channel);
	await page.evaluate(startReading, { clientId: client.clientId });
	await page.waitForFunction(() => window.opened === 1);
	const wanted = [];
	async function publish(count) {
		for (let i = 0; i < count; i++) {
			await other.publish(channel, wanted.length);
			wanted.push(wanted.length);
		}
	}
	for (let round = 1; round <= 2; round++) {
		await publish(3);
		assert.deepEqual(await received(page, wanted.length), wanted);
		// These are handed over, and nobody gets them.
		way.isDeaf = true;
		await publish(3);
		way.cut();
		await publish(3);
		await page.waitForFunction((count) => window.opened === count,
		    round + 1);
	}
	await publish(1);
	assert.deepEqual(await received(page, wanted.length), wanted);
	await page.evaluate(() => window.source.close());
	await visitor.close();
	way.close();
});

test('and so does Faye', async () => {
	const way = new RawWay();
	const url = await way.open();
	const channel = freshChannel();
	const visitor = await visitWithFaye(channel, { url });
	const [other] = await joined(stack.http, 1);
	await other.publish(channel, 1);
	await received(visitor.page, 1);
	way.isDeaf = true;
	await other.publish(channel, 2);
	way.cut();
	await other.publish(channel, 3);
	assert.deepEqual(await received(visitor.page, 3), [1, 2, 3]);
	await visitor.close();
	way.close();
});

test('after a restart Faye is back with its subscriptions', async () => {
	const channel = freshChannel();
	const visitor = await visitWithFaye(channel);
	const { page } = visitor;
	await stack.restartProcess();
	const [other] = await joined(stack.http, 1);
	// When it is there again it says to nobody.
	await until(async () => {
		await other.publish(channel, 'again');
		return page.evaluate(() => window.received.includes('again'));
	}, 'Faye hears again');
	await visitor.close();
});

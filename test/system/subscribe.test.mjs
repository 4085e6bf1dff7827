// subscribe.test.mjs - /meta/subscribe and /meta/unsubscribe (rules 47-57).

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Client, events, freshChannel, joined }
	from './support/bayeux.mjs';
import { startStack } from './support/stack.mjs';

let stack;
before(async () => {
	stack = await startStack({ options: { timeout: '600s',
		max_subscriptions: 5 } });
});
after(() => stack.stop());

const denied = '403:denied_by_security_policy:subscribe_denied';

// Which of channels reach someone subscribed to patterns, in order.
async function reached(patterns, channels) {
	const [from, to] = await joined(stack.http, 2);
	const reply = await to.subscribe(patterns);
	assert.equal(reply.successful, true, JSON.stringify(reply));
	for (const channel of channels)
		await from.publish(channel, channel);
	const found = await to.connect({ advice: { timeout: 0 } });
	for (const event of events(found))
		assert.equal(event.channel, event.data);
	return events(found).map((event) => event.channel);
}

test('rule 47: the subscription is echoed as it was sent', async () => {
	const client = await new Client(stack.http).join();
	const kinds = ['/meta/subscribe', '/meta/unsubscribe'];
	for (const subscription of ['/a', ['/a'], ['/a', '/b'], ['/b', '/b']]) {
		for (const channel of kinds) {
			const message = client.message(channel,
			    { subscription });
			assert.deepEqual(await client.send([message]), [{
				channel, id: message.id, subscription,
				successful: true
			}]);
		}
	}
});

test('rule 47: it may be used before the first connect', async () => {
	const client = new Client(stack.http);
	await client.handshake();
	const channel = freshChannel();
	assert.equal((await client.subscribe(channel)).successful, true);
	const found = [];
	await client.publish(channel, 1, {}, found);
	assert.deepEqual(found, [{ channel, data: 1 }]);
});

test('rule 48: no subscription is subscription_missing', async () => {
	const client = await new Client(stack.http).join();
	for (const channel of ['/meta/subscribe', '/meta/unsubscribe']) {
		const reply = await client.one(client.message(channel));
		assert.equal(reply.successful, false);
		assert.equal(reply.error, '403::subscription_missing');
		assert.ok(!('subscription' in reply));
	}
});

test('rule 48: one invalid name refuses the whole message', async () => {
	const client = await new Client(stack.http).join();
	const channel = freshChannel();
	for (const odd of ['', 'a', '/', '/a/', '/a//b', '/a*', '/*/a', 5]) {
		const reply = await client.subscribe([channel, odd]);
		assert.equal(reply.successful, false);
		assert.equal(reply.error, '403::subscription_invalid');
		assert.deepEqual(reply.subscription, [channel, odd]);
	}
	const found = [];
	await client.publish(channel, 1, {}, found);
	assert.deepEqual(found, []);
});

test('rule 48: an empty array is subscription_invalid', async () => {
	const client = await new Client(stack.http).join();
	const reply = await client.subscribe([]);
	assert.equal(reply.successful, false);
	assert.equal(reply.error, '403::subscription_invalid');
	assert.deepEqual(reply.subscription, []);
});

test('rule 49: one denied name leaves all unsubscribed', async () => {
	const client = await new Client(stack.http).join();
	const [a, b] = [freshChannel(), freshChannel()];
	const reply = await client.subscribe([a, '/meta/connect', b]);
	assert.equal(reply.successful, false);
	assert.equal(reply.error, denied);
	const found = [];
	for (const channel of [a, b])
		await client.publish(channel, 1, {}, found);
	assert.deepEqual(found, []);
});

test('rule 50: meta channels cannot be subscribed to', async () => {
	const client = await new Client(stack.http).join();
	for (const name of ['/meta/connect', '/meta/none', '/meta/*',
		'/meta/**', '/meta/a/b']) {
		const reply = await client.subscribe(name);
		assert.equal(reply.successful, false);
		assert.equal(reply.error, denied, name);
		assert.equal(reply.subscription, name);
	}
});

test('rule 51: a service channel succeeds and does nothing', async () =>
	assert.deepEqual(await reached(['/service/a', '/service/*',
		'/service/**'], ['/service/a']), []));

test('rule 52: * is one more segment', async () =>
	assert.deepEqual(await reached('/r52/*',
	    ['/r52', '/r52/a', '/r52/a/b', '/r52x/a', '/r5/a']), ['/r52/a']));

test('rule 52: ** is one or more segments', async () =>
	assert.deepEqual(await reached('/r52/**',
	    ['/r52', '/r52/a', '/r52/a/b/c', '/r52x/a']),
	['/r52/a', '/r52/a/b/c']));

test('rule 52: wildcards may stand alone', async () => {
	assert.deepEqual(await reached('/*', ['/r52a', '/r52a/b']), ['/r52a']);
	assert.deepEqual(await reached('/**', ['/r52a', '/r52a/b']),
	    ['/r52a', '/r52a/b']);
});

test('rule 52: no wildcard receives meta or service traffic', async () => {
	assert.deepEqual(await reached(['/**', '/*', '/service/**'],
	    ['/service/a', '/service/a/b', '/meta/none', '/service',
		'/meta']), []);
});

test('rule 53: to subscribe twice is to subscribe once', async () => {
	const channel = freshChannel();
	assert.deepEqual(await reached([channel, channel], [channel]),
	    [channel]);
	const client = await new Client(stack.http).join();
	await client.subscribe(channel);
	assert.equal((await client.subscribe(channel)).successful, true);
	const found = [];
	await client.publish(channel, 1, {}, found);
	assert.equal(found.length, 1);
	await client.unsubscribe(channel);
	await client.publish(channel, 2, {}, found);
	assert.equal(found.length, 1);
});

test('rule 53: several patterns that match deliver once', async () => {
	assert.deepEqual(await reached(['/**', '/r53/*', '/r53/**', '/r53/a'],
	    ['/r53/a']), ['/r53/a']);
});

test('rule 54: to unsubscribe succeeds always', async () => {
	const client = await new Client(stack.http).join();
	const channel = freshChannel();
	for (const name of [channel, '/never/heard/of', '/service/x', '/x/**',
		['/a', '/b']]) {
		const reply = await client.unsubscribe(name);
		assert.equal(reply.successful, true, JSON.stringify(reply));
	}
});

test('rule 54: from meta channels it is unsubscribe_failed', async () => {
	const client = await new Client(stack.http).join();
	for (const name of ['/meta/connect', '/meta/*', '/meta/none']) {
		const reply = await client.unsubscribe(name);
		assert.equal(reply.successful, false);
		assert.equal(reply.error, '403::unsubscribe_failed');
		assert.equal(reply.subscription, name);
	}
});

test('rule 54: afterwards nothing is delivered', async () => {
	const client = await new Client(stack.http).join();
	const [a, b] = [freshChannel(), freshChannel()];
	await client.subscribe([a, b, `${a}/*`]);
	await client.unsubscribe(a);
	const found = [];
	for (const channel of [a, b, `${a}/x`])
		await client.publish(channel, channel, {}, found);
	assert.deepEqual(found.map((one) => one.data), [b, `${a}/x`]);
});

test('rule 56: to unsubscribe as dojo does it succeeds', async () => {
	const client = await new Client(stack.http).join();
	const channel = freshChannel();
	await client.subscribe(channel);
	assert.equal((await client.subscribe(channel)).successful, true);
});

test('rule 57: an unknown clientId is 402, without advice', async () => {
	const client = new Client(stack.http);
	for (const channel of ['/meta/subscribe', '/meta/unsubscribe']) {
		for (const subscription of ['/a', ['/a', '/b']]) {
			const reply = await client.one(client.message(channel,
			    { subscription, clientId: 'nobody' }));
			assert.equal(reply.successful, false);
			assert.equal(reply.error, '402::session_unknown');
			assert.deepEqual(reply.subscription, subscription);
			assert.ok(!('advice' in reply));
		}
	}
});

test('more than max_subscriptions fail, those there are stay', async () => {
	const client = await new Client(stack.http).join();
	const names = Array.from({ length: 7 }, freshChannel);
	await client.subscribe(names.slice(0, 4));
	for (const more of [names.slice(4, 6)]) {
		const reply = await client.subscribe(more);
		assert.equal(reply.successful, false);
		assert.equal(reply.error,
		    '403:too_many_subscriptions:subscribe_denied');
		assert.deepEqual(reply.subscription, more);
	}
	assert.equal((await client.subscribe(names[6])).successful, true);
	assert.equal((await client.subscribe(names[0])).successful, true);
	const found = [];
	for (const name of names)
		await client.publish(name, name, {}, found);
	assert.deepEqual(found.map((one) => one.data),
	    [...names.slice(0, 4), names[6]]);
});

// eventsource_fronts.test.mjs - streams through each of the example
// configurations.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { Client, freshChannel, joined } from './support/bayeux.mjs';
import { startStack } from './support/stack.mjs';
import { EventStream } from './support/stream.mjs';
import { until } from './support/wait.mjs';

function open(client, options) {
	return EventStream.open(client.address, client.clientId, options);
}

// A client that leaves its stream is noticed by what is written to it: how many
// heartbeats of clock, another stream, that took.
async function beatsUntilNoticed(stack, clock) {
	const [client] = await joined(stack.http, 1);
	const stream = await open(client);
	await stream.first();
	const before = clock.beats;
	stream.abort();
	await until(() => closings(stack, client) === 1,
	    'its leaving is noticed');
	assert.equal(clock.hasEnded, false);
	return clock.beats - before;
}

async function member(stack, channel) {
	const client = await new Client(stack.http).join();
	await client.subscribe(channel);
	return client;
}

function closings(stack, client) {
	return stack.output.split(`event=stream_closed session=${
	    client.clientId.slice(0, 8)}`).length - 1;
}

for (const front of ['lighttpd', 'apache', 'nginx']) {
	describe(front, () => {
		let stack;
		let clock;	// a stream that counts heartbeats
		before(async () => {
			stack = await startStack({ front, options: {
				timeout: '600s', heartbeat: '1s',
				log_level: 'debug' } });
			const [client] = await joined(stack.http, 1);
			clock = await open(client);
			await clock.first();
		});
		after(async () => {
			clock?.abort();
			await stack?.stop();
		});

		test('the first bytes come at once', async () => {
			const [client] = await joined(stack.http, 1);
			const stream = await open(client);
			assert.equal(stream.status, 200);
			assert.match(stream.headers['content-type'],
			    /^text\/event-stream/);
			assert.match(stream.headers['cache-control'],
			    /no-store/);
			await stream.first();
			stream.abort();
		});

		test('an event comes while the response is open', async () => {
			const channel = freshChannel();
			const client = await member(stack, channel);
			const stream = await open(client);
			await stream.first();
			for (let i = 1; i <= 5; i++) {
				await client.publish(channel, i);
				assert.equal((await stream.data(i)).at(-1), i);
			}
			stream.abort();
		});

		test('heartbeats come', async () => {
			await clock.beat(2);
			assert.equal(clock.hasEnded, false);
		});

		// Those of two streams need not be at the same time, and on a
		// slow machine not each is written in time.
		test('a client that leaves is noticed within one', () =>
			until(async () => await beatsUntilNoticed(stack,
			    clock) <= 2, 'it is noticed that soon'));

		test('the end of the session ends it', async () => {
			const [client] = await joined(stack.http, 1);
			const stream = await open(client);
			await stream.first();
			await client.disconnect();
			await stream.untilEnded();
			assert.ok(stream.response.complete);
			assert.equal((await open(client)).status, 403);
		});
	});

	// With the second sign of life what was written before is taken to have
	// come: here are none.
	test(`${front}: nothing is lost or doubled when it breaks`,
	    async () => {
		const stack = await startStack({ front, options: {
			timeout: '600s', heartbeat: '1h' } });
		try {
			await breakAndResume(stack);
		} finally {
			await stack.stop();
		}
	});
}

async function breakAndResume(stack) {
	const channel = freshChannel();
	const client = await member(stack, channel);
	const [other] = await joined(stack.http, 1);
	const got = [];
	let lastEventId;
	for (let round = 0; round < 4; round++) {
		const stream = await open(client, { lastEventId });
		await stream.first();
		await other.publish(channel, round * 3);
		await stream.until(() => stream.events.some((event) =>
		    event.data === round * 3), 'an event');
		// Of what is on its way nobody knows.
		await other.publish(channel, round * 3 + 1);
		const more = other.publish(channel, round * 3 + 2);
		stream.abort();
		await more;
		got.push(...stream.events.map((event) => event.data));
		lastEventId = stream.ids.at(-1);
	}
	const stream = await open(client, { lastEventId });
	await other.publish(channel, 12);
	await stream.until(() => stream.events.some((event) =>
	    event.data === 12), 'the last event');
	got.push(...stream.events.map((event) => event.data));
	assert.deepEqual(got, [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]);
	stream.abort();
}

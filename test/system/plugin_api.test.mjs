// plugin_api.test.mjs - what came with version 1.1, as clients see it, through
// test/plugins/agent.c.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { barrier, Client, events, freshChannel, joined }
	from './support/bayeux.mjs';
import { CometdClient } from './support/clients.mjs';
import { request } from './support/raw.mjs';
import { pluginFile, startStack } from './support/stack.mjs';
import { inTime, until, watch, within } from './support/wait.mjs';

// Nothing ends by itself.
function start({ keys = '', ...options } = {}) {
	return startStack({ options: { timeout: '600s', ...options },
		config: `plugin "agent" {
			path = "${pluginFile('agent')}"
			${keys}
		}` });
}

let stack;
before(async () => {
	stack = await start();
});
after(() => stack.stop());

// As enum bx_reconnect has it.
const reconnects = { retry: 0, handshake: 1, none: 2 };

// The ext of a message that is to be judged so.
function judged(how) {
	return { ext: { agent: how } };
}

const handshakeMessage = { channel: '/meta/handshake', version: '1.0',
	supportedConnectionTypes: ['long-polling'], id: '1' };

// What the service of the agent answers client, which comes with the reply.
async function ask(client, service, data = {}) {
	const message = client.message(`/service/agent/${service}`, { data });
	const replies = await client.send([message]);
	const answers = events(replies).filter(({ channel, id }) =>
	    channel === message.channel && id === message.id);
	assert.equal(answers.length, 1, JSON.stringify(replies));
	return answers[0].data;
}

// The local client does something, or something is done to a session.
async function act(client, data) {
	assert.equal(await ask(client, 'act', data), true,
	    JSON.stringify(data));
}

// What is published on a channel, as a client of its own gets it.
class Watcher {
	static async on(...channels) {
		const watcher = new Watcher();
		watcher.client = await new Client(stack.http).join();
		watcher.got = [];
		await watcher.client.subscribe(channels);
		return watcher;
	}

	async poll() {
		this.got.push(...events(await this.client.connect(
		    { advice: { timeout: 0 } })));
	}

	// The data of those for which test is true, once there are so many.
	async first(count, test, what = 'it is heard') {
		const found = () => this.got.map(({ data }) => data)
		    .filter(test);
		await until(async () => {
			await this.poll();
			return found().length >= count;
		}, what);
		return found();
	}
}

// Every operation: the message, of a client that has joined, and what the
// server's own error is.
const operations = [
	['handshake', () => handshakeMessage, '403::handshake_denied', 'none'],
	['connect', (client) => client.connectMessage(),
		'403:denied_by_security_policy:connect_denied', 'none'],
	['create', (client) => client.message('/meta/subscribe',
	    { subscription: freshChannel() }),
	'403:denied_by_security_policy:create_denied'],
	['create', (client) => client.message(freshChannel(), { data: 1 }),
		'403:denied_by_security_policy:channel_create_denied'],
	['subscribe', (client) => client.message('/meta/subscribe',
	    { subscription: [freshChannel(), freshChannel()] }),
	'403:denied_by_security_policy:subscribe_denied'],
	['subscribe', (client) => client.message('/meta/subscribe',
	    { subscription: '/service/agent/user' }),
	'403:denied_by_security_policy:subscribe_denied'],
	['publish', (client) => client.message(freshChannel(), { data: 1 }),
		'403:denied_by_security_policy:publish_denied'],
	['publish', (client) => client.message('/service/agent/user',
	    { data: {} }), '403:denied_by_security_policy:publish_denied'],
	['unsubscribe', (client) => client.message('/meta/unsubscribe',
	    { subscription: '/a' }),
	'403:denied_by_security_policy:unsubscribe_denied'],
	['disconnect', (client) => client.message('/meta/disconnect'),
		'403:denied_by_security_policy:disconnect_denied'],
];

// The one reply to a message that is judged so.
async function judge(client, message, how) {
	const replies = await client.send([{ ...message, ...judged(how) }]);
	assert.equal(replies.length, 1, JSON.stringify(replies));
	const [reply] = replies;
	assert.equal(reply.channel, message.channel);
	assert.equal(reply.id, message.id);
	if (message.subscription)
		assert.deepEqual(reply.subscription, message.subscription);
	return reply;
}

test('a policy denies in the words of the server', async () => {
	const client = await new Client(stack.http).join();
	for (const [on, message, error, reconnect] of operations) {
		const reply = await judge(client, message(client),
		    { on, deny: '' });
		assert.equal(reply.successful, false, on);
		assert.equal(reply.error, error);
		assert.equal(reply.advice?.reconnect, reconnect);
	}
	// It is still there.
	assert.equal((await client.publish('/a', 1)).successful, true);
});

test('a policy denies in its own words, with advice of its own', async () => {
	const client = await new Client(stack.http).join();
	const deny = '499:a,b:Not "you", Zoë\n';
	for (const [on, message] of operations) {
		const reply = await judge(client, message(client),
		    { on, deny, reconnect: reconnects.handshake,
			interval: 70 });
		assert.equal(reply.successful, false, on);
		assert.equal(reply.error, deny);
		assert.deepEqual(reply.advice, { reconnect: 'handshake',
			interval: 70, timeout: 600000 });
		const other = await judge(client, message(client),
		    { on, deny, reconnect: reconnects.retry, interval: 5 });
		// Nobody goes on without a session.
		assert.equal(other.advice.reconnect,
		    on === 'handshake' ? 'handshake' : 'retry');
		assert.equal(other.advice.interval, 5);
	}
});

test('what is denied is not done', async () => {
	const client = await new Client(stack.http).join();
	const channel = freshChannel();
	await judge(client, client.message('/meta/subscribe',
	    { subscription: channel }), { on: 'subscribe', deny: '' });
	assert.deepEqual(await client.send([client.message(channel,
	    { data: 1 })]).then(events), []);
	await client.subscribe(channel);
	await judge(client, client.message('/meta/unsubscribe',
	    { subscription: channel }), { deny: '' });
	const denied = client.message(channel, { data: 'denied' });
	assert.equal((await judge(client, denied, { deny: '' })).successful,
	    false);
	assert.deepEqual(await client.send([client.message(channel,
	    { data: 2 })]).then(events), [{ channel, data: 2 }]);
});

// A request that waits for its verdict.
function parkMessages(client, messages) {
	return watch(client.send(messages));
}

// The replies, once other has had the agent give all its verdicts, of which
// there may be several for one message.
async function release(other, parked) {
	await until(async () => {
		await ask(other, 'release');
		return parked.settled;
	}, 'it is answered');
	return parked.promise;
}

test('a verdict may come later while other sessions go on', async () => {
	const [client, other] = await joined(stack.http, 2);
	const channel = freshChannel();
	await other.subscribe(channel);
	for (const [on, message] of operations) {
		if (on === 'connect' || on === 'disconnect')
			continue;
		const first = message(client);
		const parked = parkMessages(client, [{ ...first,
			...judged({ on, later: -1 }) }]);
		await barrier(stack.http);
		assert.equal((await other.publish('/x', 1)).successful, true);
		assert.equal(parked.settled, false);
		const replies = await release(other, parked);
		assert.equal(replies.at(-1).successful, true, on);
		assert.equal(replies.at(-1).id, first.id);
	}
});

test('messages behind one that is parked wait with it', async () => {
	const [client, other, third] = await joined(stack.http, 3);
	const channel = freshChannel();
	await other.subscribe(channel);
	const parked = parkMessages(client, [
		client.message(channel, { data: 1 }),
		client.message(channel, { data: 2,
			...judged({ on: 'publish', deny: '4::late',
				later: -1 }) }),
		client.message(channel, { data: 3 }),
	]);
	const heard = events(await other.connect());
	assert.deepEqual(heard, [{ channel, data: 1 }]);
	assert.equal(parked.settled, false);
	const replies = await release(third, parked);
	assert.deepEqual(replies.map(({ successful, error }) =>
	    [successful, error]),
	[[true, undefined], [false, '4::late'], [true, undefined]]);
	assert.deepEqual(events(await other.connect()),
	    [{ channel, data: 3 }]);
});

test('a timer of the plugin brings a verdict', async () => {
	const client = await new Client(stack.http).join();
	for (const [on, message, , reconnect] of operations.slice(0, -1)) {
		const reply = await judge(client, message(client),
		    { on, deny: '4::in a while', later: 5 });
		assert.equal(reply.error, '4::in a while');
		assert.equal(reply.advice?.reconnect, reconnect);
	}
	const reply = await judge(client, client.message('/meta/disconnect'),
	    { later: 5 });
	assert.equal(reply.successful, true);
});

test('a timer that was set in start counts from then', async () => {
	const client = await new Client(stack.http).join();
	await judge(client, client.message('/x', { data: 1 }), { later: 5 });
	assert.doesNotMatch(stack.output, /event=too_early/);
});

test('who goes while a verdict is awaited is not missed', async () => {
	const [client, other] = await joined(stack.http, 2);
	const parked = parkMessages(client, [client.message('/x', { data: 1,
		...judged({ on: 'publish', later: -1 }) })]);
	await barrier(stack.http);
	assert.equal(parked.settled, false);
	await client.disconnect();
	const [reply] = await release(other, parked);
	assert.equal(reply.error, '402::session_unknown');
});

test('the user that a policy has named is the session\'s', async () => {
	for (const later of [undefined, 5]) {
		const client = new Client(stack.http);
		await client.handshake(judged({ user: 'Zoë "Z"', later }));
		await client.connect();
		assert.equal(await ask(client, 'user'), 'Zoë "Z"');
	}
	const nobody = await new Client(stack.http).join();
	assert.equal(await ask(nobody, 'user'), null);
	// A name that nobody has.
	for (const later of [undefined, 5]) {
		const reply = await new Client(stack.http)
		    .handshake(judged({ user: 'a\nb', later }));
		assert.equal(reply.error, '403::handshake_denied');
		assert.equal(reply.advice.reconnect, 'none');
	}
});

test('what happens is told, with whom and what', async () => {
	const watcher = await Watcher.on('/agent/happened');
	const channel = freshChannel();
	const client = await new Client(stack.http).join();
	const session = client.clientId;
	await client.subscribe([channel, `${channel}/**`]);
	const ext = { a: 1 };
	const { id } = client.message();
	await client.send([{ channel, id, clientId: session, data: { b: 2 },
		ext }]);
	await client.publish('/service/agent/user', {}, { id: '77' });
	await client.unsubscribe(channel);
	await client.disconnect();
	const told = await watcher.first(8, (data) => data.session === session,
	    'its end is told');
	assert.deepEqual(told.filter(({ kind }) => kind !== 'push'), [
		{ kind: 'connect', session, address: '127.0.0.1' },
		{ kind: 'subscribe', session, channel },
		{ kind: 'subscribe', session, channel: `${channel}/**` },
		{ kind: 'publish', session, channel, data: { b: 2 }, id, ext },
		{ kind: 'publish', session, channel: '/service/agent/user',
			data: {}, id: '77' },
		{ kind: 'unsubscribe', session, channel },
		{ kind: 'disconnect', session, reason: 0 },
	]);
	assert.deepEqual(told.filter(({ kind }) => kind === 'push'), [
		{ kind: 'push', session, channel: '/service/agent/user',
			data: null, id: '77' }]);
});

test('a name with escapes is told decoded', async () => {
	const watcher = await Watcher.on('/agent/happened');
	const client = await new Client(stack.http).join();
	const channel = freshChannel();
	const escaped = `\\u002f${channel.slice(1)}`;
	await client.send(`{"channel":"/meta/subscribe","clientId":` +
	    `"${client.clientId}","subscription":["${escaped}"]}`);
	const [told] = await watcher.first(1, ({ kind, session }) =>
	    kind === 'subscribe' && session === client.clientId);
	assert.equal(told.channel, channel);
});

test('a handshake that was denied is told, with the error', async () => {
	const watcher = await Watcher.on('/agent/happened');
	const ext = { agent: { deny: '4::no', mark: freshChannel() } };
	await new Client(stack.http).handshake({ ext });
	await new Client(stack.http).handshake({ minimumVersion: '2',
		ext: { mark: ext.agent.mark } });
	const told = await watcher.first(2, ({ kind }) => kind === 'denied');
	assert.deepEqual(told, [
		{ kind: 'denied', address: '127.0.0.1', error: '4::no', ext },
		{ kind: 'denied', address: '127.0.0.1',
			error: '300:2:version_mismatch',
			ext: { mark: ext.agent.mark } },
	]);
});

test('a local client hears and speaks like others', async () => {
	const [client, other] = await joined(stack.http, 2);
	const watcher = await Watcher.on('/agent/heard');
	const channel = freshChannel();
	const isMine = (data) => data.channel === channel;
	await other.subscribe(channel);
	await act(client, { do: 'subscribe', channel });
	await client.publish(channel, [1.50], { ext: { x: 1 } });
	assert.deepEqual(await watcher.first(1, isMine),
	    [{ channel, data: [1.50], ext: { x: 1 } }]);

	// Its own has its name, and what the plugin gave it.
	await act(client, { do: 'publish', channel, data: 'own', id: '5',
		ext: { y: 2 } });
	const own = { channel, data: 'own', id: '5', ext: { y: 2 },
		clientId: 'agent' };
	assert.deepEqual((await watcher.first(2, isMine))[1], own);
	const heard = events(await other.connect());
	assert.deepEqual(heard.map(({ data }) => data), [[1.50], 'own']);
	assert.deepEqual(heard[1], own);

	await act(client, { do: 'hear', data: false });
	await act(client, { do: 'publish', channel, data: 'unheard' });
	await act(client, { do: 'hear', data: true });
	await act(client, { do: 'publish', channel, data: 'heard' });
	assert.equal((await watcher.first(3, isMine))[2].data, 'heard');

	await act(client, { do: 'unsubscribe', channel });
	await client.publish(channel, 'too late');
	await act(client, { do: 'push', channel, data: 'pushed', id: '9' });
	assert.deepEqual((await watcher.first(4, isMine))[3],
	    { channel, data: 'pushed', id: '9' });
});

test('in a session\'s name nothing tells its id', async () => {
	const [client, other] = await joined(stack.http, 2);
	const channel = freshChannel();
	await other.subscribe(channel);
	await act(client, { do: 'publish', channel, data: 1,
		session: client.clientId });
	assert.deepEqual(events(await other.connect()),
	    [{ channel, data: 1 }]);
});

test('a session may be sent what is for it alone, at any time', async () => {
	const [client, other, third] = await joined(stack.http, 3);
	const channel = freshChannel();
	await third.subscribe(channel);
	const held = await client.hold();
	await act(other, { do: 'push', channel, data: { a: 1 }, id: '3',
		session: client.clientId });
	assert.deepEqual(events(await held.replies()),
	    [{ channel, data: { a: 1 }, id: '3' }]);
	assert.deepEqual(events(await third.connect(
	    { advice: { timeout: 0 } })), []);
	assert.equal(await ask(other, 'act', { do: 'push', channel, data: 1,
		session: 'nobody' }), false);
});

test('a session may be subscribed by a plugin', async () => {
	const [client, other] = await joined(stack.http, 2);
	const channel = freshChannel();
	const session = client.clientId;
	await act(other, { do: 'subscribe', channel: `${channel}/*`,
		session });
	await other.publish(`${channel}/b`, 1);
	assert.deepEqual(events(await client.connect()),
	    [{ channel: `${channel}/b`, data: 1 }]);
	await act(other, { do: 'unsubscribe', channel: `${channel}/*`,
		session });
	await other.publish(`${channel}/b`, 2);
	assert.deepEqual(events(await client.connect(
	    { advice: { timeout: 0 } })), []);
	assert.equal(await ask(other, 'act',
	    { do: 'subscribe', channel: '/meta/connect', session }), false);
});

test('nobody else can be the local client', async () => {
	const client = new Client(stack.http);
	client.clientId = 'agent';
	for (const message of [client.connectMessage(),
		client.message('/meta/subscribe', { subscription: '/a' }),
		client.message('/a', { data: 1 }),
		client.message('/service/agent/user', { data: 1 }),
		client.message('/meta/disconnect')]) {
		const [reply] = await client.send([message]);
		assert.equal(reply.error, '402::session_unknown');
	}
	const other = await new Client(stack.http).join();
	await act(other, { do: 'push', channel: '/a', data: 1 });
});

test('rule 66: what nobody serves by name may be served', async () => {
	const client = await new Client(stack.http).join();
	const reply = await client.publish('/service/no/such', {});
	assert.equal(reply.successful, false);
	assert.equal(reply.error, '500:no/such:There is no such service');
	// Where nobody does it is granted (plugin.test.mjs).
});

test('a service that fails says so in the reply', async () => {
	const client = await new Client(stack.http).join();
	const text = 'It "is" \\ closed,\nZoë';
	const reply = await client.publish('/service/agent/fail', { text });
	assert.equal(reply.successful, false);
	assert.equal(reply.error, `500:agent/fail:${text}`);
	const got = [];
	const other = await client.publish('/service/agent/fail',
	    { text: '', answer: 1 }, {}, got);
	assert.equal(other.error, '500:agent/fail:');
	assert.deepEqual(got.map(({ data }) => data), [1]);
	assert.equal((await client.publish('/service/agent/fail', {}))
	    .successful, true);
});

test('the CometD client is told, and goes on', async () => {
	const watched = new CometdClient(stack);
	const { client } = watched;
	const channel = freshChannel();
	const other = await new Client(stack.http).join();
	const denied = (verb, ...args) => new Promise((resolve) => {
		client[verb](...args, resolve);
	});
	try {
		await watched.handshake();
		const received = await watched.subscribe(channel);
		await until(() => watched.connects > 0, 'it connects');
		const subscribe = await denied('subscribe', '/other',
		    () => {}, judged({ on: 'subscribe', deny: '4::no' }));
		assert.equal(subscribe.error, '4::no');
		const publish = await new Promise((resolve) => {
			client.publish(channel, 1,
			    judged({ on: 'publish', deny: '4::no',
				    later: 5 }), resolve);
		});
		assert.equal(publish.error, '4::no');
		const fail = await watched.publish('/service/agent/fail',
		    { text: 'closed' });
		assert.equal(fail.error, '500:agent/fail:closed');
		await act(other, { do: 'publish', channel, data: 'own' });
		await act(other, { do: 'push', channel, data: 'pushed',
			session: client.getClientId() });
		await until(() => received.length === 2, 'both are there');
		assert.deepEqual(received.map(({ data }) => data),
		    ['own', 'pushed']);
		assert.equal(received[0].clientId, 'agent');
		assert.equal(watched.handshakes, 1);
	} finally {
		await watched.disconnect();
	}
});

test('the CometD client that may not handshake stays away', async () => {
	const watched = new CometdClient(stack);
	const { client } = watched;
	const reply = await new Promise((resolve) => {
		client.addListener('/meta/handshake', (message) => {
			if (message.error)
				resolve(message);
		});
		client.handshake(judged({ deny: '403::Who are you?' }));
	});
	assert.equal(reply.error, '403::Who are you?');
	await until(() => client.isDisconnected(), 'it gives up');
	await barrier(stack.http);
	assert.equal(watched.handshakes, 0);
});

test('who waits for a verdict is answered when the server stops', async () => {
	const own = await start();
	try {
		const [client, other] = await joined(own.http, 2);
		const { id } = client.message();
		const parked = parkMessages(client, [{ channel: '/a', id,
			clientId: client.clientId, data: 1,
			...judged({ on: 'publish', later: -1 }) }]);
		const held = await other.hold();
		assert.equal(parked.settled, false);
		await until(async () => events(await client.send([
			client.message('/service/agent/act',
			    { data: { do: 'hear', data: true } })]))
		    .length > 0, 'others go on');
		await own.stopProcess();
		const [reply] = await within(parked.promise, 'a reply');
		assert.deepEqual(reply, { channel: '/a', id,
			successful: false, error: '503::shutting_down',
			advice: { reconnect: 'retry', interval: 0,
				timeout: 600000 } });
		assert.equal((await held.replies()).at(-1).successful, true);
		const told = own.output.indexOf(
		    'plugin=agent event=shutting_down');
		const stopped = own.output.indexOf('plugin=agent event=stop');
		assert.ok(told > 0 && stopped > told, own.output);
		assert.match(own.output, /event=stopped unanswered=0 /);
	} finally {
		await own.stop();
	}
});

// After a second, and that is well before the server would end anyway.
test('whom a plugin forgets when the server stops is denied', () =>
    inTime(5000, async (mark) => {
	const own = await start({ keys: 'forgets = yes' });
	try {
		const [client] = await joined(own.http, 1);
		const { id } = client.message();
		const parked = parkMessages(client, [{ channel: '/a', id,
			clientId: client.clientId, data: 1,
			...judged({ on: 'publish', later: -1 }) }]);
		const release = client.message('/service/agent/act',
		    { data: { do: 'hear', data: true } });
		await until(async () => events(await client.send([release]))
		    .length > 0, 'others go on');
		mark();
		await own.stopProcess();
		mark(1000);
		assert.deepEqual(await within(parked.promise, 'a reply'),
		    [{ channel: '/a', id, successful: false,
			error: '403:denied_by_security_policy:publish_denied',
		    }]);
		assert.match(own.output,
		    /event=stopped unanswered=0 limit_reached=no/);
	} finally {
		await own.stop();
	}
}));

test('who may not connect may not read a stream', async () => {
	const own = await start({ keys: 'bans = yes' });
	try {
		const client = new Client(own.http);
		await client.handshake();
		const reply = await client.one(client.connectMessage());
		assert.equal(reply.error,
		    '403:denied_by_security_policy:connect_denied');
		const stream = await request(own.http, { method: 'GET',
			path: `/cometd/${client.clientId}`,
			headers: { Accept: 'text/event-stream' } });
		assert.equal(stream.status, 403);
	} finally {
		await own.stop();
	}
});

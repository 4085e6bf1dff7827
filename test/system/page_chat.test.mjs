// The chat, with two people at two windows.

import assert from 'node:assert/strict';
import { after, afterEach, before, test } from 'node:test';
import { startBrowser } from './support/browser.mjs';
import { Chatter } from './support/chat.mjs';
import { publishAsStranger } from './support/page.mjs';
import { startStack } from './support/stack.mjs';
import { until } from './support/wait.mjs';

const MARKUP = '<img src=x onerror=alert(1)>';

let stack;
let browser;
let people = [];
let rooms = 0;

before(async () => {
	stack = await startStack({ options: { timeout: '2s' } });
	browser = await startBrowser();
});

after(async () => {
	await browser?.stop();
	await stack?.stop();
});

// A failed test must not leave its windows to the next one.
afterEach(async () => {
	await Promise.all(people.map((person) => person.close()));
	people = [];
});

// A room that no other test uses.
function newRoom() {
	return `room-${++rooms}`;
}

class Person extends Chatter {
	static async open(name, options) {
		const visitor = await browser.visit(`${stack.url}/chat/`,
		    options);
		const person = new Person(visitor, name);

		people.push(visitor);
		return person;
	}

	static async join(name, room, options) {
		const person = await Person.open(name, options);

		await person.enter(room);
		return person;
	}
}

async function joinTwo(room = newRoom()) {
	const ada = await Person.join('Ada', room);
	const bob = await Person.join('Bob', room);

	await ada.sees('Ada', 'Bob');
	await bob.sees('Ada', 'Bob');
	return [ada, bob];
}

test('two people see each other come, talk and go', async () => {
	const [ada, bob] = await joinTwo();

	await ada.notices('Bob joined');
	await ada.say('Hello Bob');
	await bob.hears('Hello Bob');
	await bob.say('Hello Ada');
	await ada.hears('Hello Ada');
	assert.deepEqual(await ada.texts(), ['Hello Bob', 'Hello Ada']);
	assert.deepEqual(await bob.texts(), ['Hello Bob', 'Hello Ada']);

	await bob.page.getByRole('button', { name: 'Leave' }).click();
	await bob.shows('Disconnected');
	await ada.notices('Bob left');
	await ada.sees('Ada');
	ada.visitor.assertClean();
	bob.visitor.assertClean();
});

test('both see all messages, those of each in the order they were sent',
    async () => {
	const pair = await joinTwo();
	const count = 15;
	const sent = (person) => Array.from({ length: count },
	    (_, i) => `${person.name} ${i}`);

	await Promise.all(pair.map(async (person) => {
		for (const text of sent(person))
			await person.say(text);
	}));
	for (const reader of pair) {
		await until(async () => (await reader.texts()).length ===
		    2 * count && await reader.page.locator('.sending')
		    .count() === 0, `${reader.name} has all messages`);
		for (const person of pair)
			assert.deepEqual((await reader.texts()).filter((text) =>
			    text.startsWith(person.name)), sent(person));
		reader.visitor.assertClean();
	}
});

test('markup in a message or a name shows as text and runs nothing',
    async () => {
	const room = newRoom();
	const ada = await Person.join('Ada', room);
	const eve = await Person.join('<b onclick=alert(2)>Eve</b>', room);

	await ada.sees('Ada', eve.name);
	await ada.notices(`${eve.name} joined`);
	await eve.say(MARKUP);
	await ada.hears(MARKUP);
	await ada.say('</li></ol><script>alert(3)</script>');
	await eve.hears('</li></ol><script>alert(3)</script>');
	for (const person of [ada, eve]) {
		assert.equal(await person.page.locator(
		    '#log img, #log script, #log b, #members b').count(), 0);
		person.visitor.assertClean();
	}
});

test('who closes the window is soon gone from the list', async () => {
	const [ada, bob] = await joinTwo();

	await bob.page.goto('about:blank');
	await ada.notices('Bob left');
	await ada.sees('Ada');
	ada.visitor.assertClean();
});

test('who leaves can come back, to another room too', async () => {
	const [ada, bob] = await joinTwo();
	const room = newRoom();

	await bob.page.getByRole('button', { name: 'Leave' }).click();
	await bob.enter(room);
	await bob.sees('Bob');
	await ada.sees('Ada');
	await ada.say('Where are you?');
	await ada.hears('Where are you?');
	await ada.page.getByRole('button', { name: 'Leave' }).click();
	await ada.enter(room);
	await ada.sees('Ada', 'Bob');
	await bob.say('Here');
	await ada.hears('Here');
	assert.deepEqual(await ada.texts(), ['Here']);
	ada.visitor.assertClean();
	bob.visitor.assertClean();
});

test('what was said in a room, and comes late, is not heard in the next',
    async () => {
	const ada = await Person.join('Ada', newRoom());
	let join;
	const joined = new Promise((resolve) => { join = resolve; });

	await ada.page.route('**/cometd/**', async (route) => {
		if (!route.request().postData()?.includes('Too late'))
			return route.continue();
		const response = await route.fetch();
		await joined;
		return route.fulfill({ response });
	});
	await ada.say('Too late');
	await ada.page.getByRole('button', { name: 'Leave' }).click();
	const entered = ada.enter(newRoom());
	await ada.input.waitFor();
	join();
	await entered;
	await ada.sees('Ada');
	assert.deepEqual(await ada.texts(), []);
	ada.visitor.assertClean();
});

test('a third person learns who is here without a notice', async () => {
	const room = newRoom();
	await joinTwo(room);
	const cid = await Person.join('Cid', room);

	await cid.sees('Ada', 'Bob', 'Cid');
	assert.equal(await cid.page.locator('.notice').count(), 0);
	cid.visitor.assertClean();
});

test('a restart of the process is shown and survived', async () => {
	const [ada, bob] = await joinTwo();

	await stack.stopProcess();
	await ada.shows('Reconnecting…');
	await bob.shows('Reconnecting…');
	await stack.startProcess();
	await ada.shows('Connected');
	await bob.shows('Connected');
	await ada.say('Still there?');
	await bob.hears('Still there?');
	await bob.say('Yes');
	await ada.hears('Yes');
	await ada.notices('Back; what was said meanwhile is not here');
	await ada.sees('Ada', 'Bob');
	await bob.sees('Ada', 'Bob');

	const cid = await Person.join('Cid', `room-${rooms}`);
	await cid.sees('Ada', 'Bob', 'Cid');
	await ada.sees('Ada', 'Bob', 'Cid');
	ada.visitor.assertClean({ outage: true });
	bob.visitor.assertClean({ outage: true });
});

test('a killed process is survived, however soon another runs', async () => {
	const [ada, bob] = await joinTwo();

	await stack.killProcess('SIGKILL');
	await stack.startProcess();
	for (const person of [ada, bob]) {
		await person.notices(
		    'Back; what was said meanwhile is not here');
		await person.shows('Connected');
	}
	await bob.say('Back');
	await ada.hears('Back');
	await ada.sees('Ada', 'Bob');
	ada.visitor.assertClean({ outage: true });
	bob.visitor.assertClean({ outage: true });
});

test('a restart of the web server is shown and survived', async () => {
	const [ada, bob] = await joinTwo();

	await stack.server.end('SIGTERM');
	await ada.shows('Reconnecting…');
	await bob.shows('Reconnecting…');
	stack.server = stack.spawnFront();
	await ada.shows('Connected');
	await bob.shows('Connected');
	await ada.say('Through again');
	await bob.hears('Through again');
	await ada.sees('Ada', 'Bob');
	ada.visitor.assertClean({ outage: true });
	bob.visitor.assertClean({ outage: true });
});

test('what is typed while the server is away is kept, not sent', async () => {
	const [ada, bob] = await joinTwo();

	await stack.stopProcess();
	await ada.shows('Reconnecting…');
	// Who is still shown as connected from before may not be in yet when
	// the message comes.
	await bob.shows('Reconnecting…');
	await ada.say('Patience');
	assert.equal(await ada.input.inputValue(), 'Patience');
	assert.equal(await ada.sendButton.isDisabled(), true);
	assert.deepEqual(await ada.texts(), []);
	await stack.startProcess();
	await ada.shows('Connected');
	await bob.shows('Connected');
	await ada.sendButton.click();
	await bob.hears('Patience');
	assert.deepEqual(await bob.texts(), ['Patience']);
	ada.visitor.assertClean({ outage: true });
});

test('who joins while the server is away is in when it returns', async () => {
	const room = newRoom();
	const ada = await Person.open('Ada');

	await stack.stopProcess();
	await ada.page.getByLabel('Your name').fill('Ada');
	await ada.page.getByLabel('Room').fill(room);
	await ada.page.getByRole('button', { name: 'Join' }).click();
	await ada.shows('Reconnecting…');
	await stack.startProcess();
	await ada.shows('Connected');
	await ada.say('Made it');
	const bob = await Person.join('Bob', room);
	await bob.sees('Ada', 'Bob');
	ada.visitor.assertClean({ outage: true });
});

test('a message that did not get through says so and can be sent again',
    async () => {
	const [ada, bob] = await joinTwo();
	let refuse = true;

	await ada.page.route('**/cometd/**', (route) =>
	    (refuse && route.request().postData()?.includes('Important') ?
	    route.abort() : route.continue()));
	await ada.say('Important');
	await ada.page.getByText('Not sent.').waitFor();
	assert.deepEqual(await bob.texts(), []);
	refuse = false;
	await ada.page.getByRole('button', { name: 'Try again' }).click();
	await bob.hears('Important');
	await ada.page.getByText('Not sent.').waitFor({ state: 'detached' });
	assert.deepEqual(await ada.texts(), ['Important']);
	assert.deepEqual(await bob.texts(), ['Important']);
});

// End the page's session as the page itself could, behind its back.
function endSession(person, clientId) {
	return person.page.evaluate((id) => fetch('/cometd', {
		method: 'POST',
		headers: { 'Content-Type': 'application/json' },
		body: JSON.stringify([{ channel: '/meta/disconnect',
			id: '1', clientId: id }]),
	}).then((response) => response.status), clientId);
}

test('a session that the server ends is shown as disconnected', async () => {
	const ada = await Person.open('Ada');
	const connect = ada.page.waitForRequest((request) =>
	    /\/meta\/connect/.test(request.postData() ?? ''));

	await ada.enter(newRoom());
	const { clientId } = JSON.parse((await connect).postData())[0];
	assert.equal(await endSession(ada, clientId), 200);
	await ada.shows('Disconnected');
	await ada.notices('The server ended this session');
	ada.visitor.assertClean();
});

test('other clients are heard, and nonsense breaks nothing', async () => {
	const [ada] = await joinTwo();
	const room = `room-${rooms}`;
	const nonsense = [null, 7, 'text', [], {}, { chat: 7, user: 8 },
		{ type: 'join' }, { type: 'toString', id: 'x', user: 'y' },
		{ type: 'join', id: {}, user: [] },
		{ type: 'leave', id: 'unknown', user: 'Nobody' }];

	assert.equal(await publishAsStranger(ada, `/chat/${room}`, nonsense),
	    true);
	assert.equal(await publishAsStranger(ada, `/members/${room}`,
	    nonsense), true);
	assert.equal(await publishAsStranger(ada, `/chat/${room}`,
	    [{ user: 'Autobot', chat: 'I got your message' },
	    { chat: 'without a name' }]), true);
	await ada.hears('without a name');
	assert.deepEqual(await ada.texts(),
	    ['I got your message', 'without a name']);
	await ada.page.getByText('Autobot').waitFor();
	await ada.sees('Ada', 'Bob');
	ada.visitor.assertClean();
});

test('a message that was overtaken takes its place', async () => {
	const [ada] = await joinTwo();
	const channel = `/chat/room-${rooms}`;
	const numbered = (from, number) =>
	    ({ user: from, chat: `${from} ${number}`, from, number });

	assert.equal(await publishAsStranger(ada, channel,
	    [numbered('Dan', 2), numbered('Eve', 1), numbered('Dan', 3),
	    numbered('Dan', 1), numbered('Eve', 2)]), true);
	await ada.hears('Eve 2');
	assert.deepEqual(await ada.texts(),
	    ['Dan 1', 'Dan 2', 'Eve 1', 'Dan 3', 'Eve 2']);
	ada.visitor.assertClean();
});

test('silence removes a member, but not our own absence', async () => {
	const visitor = await browser.visit(`${stack.url}/chat/`);
	const seen = await visitor.page.evaluate(async () => {
		const { Roster, SILENCE_MS } = await import('/chat/roster.js');
		const roster = new Roster();
		const names = (members) => members.map(({ user }) => user);
		const result = [];

		roster.hear('1', 'Ada', 0);
		roster.hear('2', 'Bob', 0);
		result.push(names(roster.dropSilent(SILENCE_MS)));
		roster.hear('1', 'Ada', SILENCE_MS);
		result.push(names(roster.dropSilent(SILENCE_MS + 1)));
		roster.forgive(3 * SILENCE_MS);
		result.push(names(roster.dropSilent(3 * SILENCE_MS + 1)));
		result.push(names(roster.list()));
		return result;
	});

	assert.deepEqual(seen, [[], ['Bob'], [], ['Ada']]);
	await visitor.close();
});

async function overflow(person) {
	return person.page.evaluate(() => ({
		x: document.documentElement.scrollWidth - innerWidth,
		y: document.documentElement.scrollHeight - innerHeight,
	}));
}

test('it is usable on a phone, with its keyboard open too', async () => {
	const room = newRoom();
	const ada = await Person.open('Ada', { phone: true });

	assert.ok((await overflow(ada)).x <= 0);
	await ada.enter(room);
	for (let i = 0; i < 5; i++)
		await Person.join(`Somebody with a long name ${i}`, room,
		    { phone: true });
	await until(async () => (await ada.members()).length === 6,
	    'all are here');
	await ada.say('W'.repeat(300));
	await ada.hears('W'.repeat(300));
	for (let i = 0; i < 20; i++)
		await ada.say(`line ${i}`);
	await ada.hears('line 19');
	for (const height of [640, 320]) {
		await ada.page.setViewportSize({ width: 360, height });
		await until(async () => {
			const { x, y } = await overflow(ada);
			const last = await ada.page.locator('.text').last()
			    .boundingBox();
			const input = await ada.input.boundingBox();

			return x <= 0 && y <= 0 && input.width > 150 &&
			    input.y + input.height <= height &&
			    last.y + last.height <= input.y;
		}, `the last line and the field fit in ${height} pixels`);
	}
	ada.visitor.assertClean();
});

test('a reader of older messages is told of new ones, not moved',
    async () => {
	const [ada, bob] = await joinTwo();
	const log = ada.page.getByRole('log');
	const newer = ada.page.getByRole('button', { name: 'New messages' });

	for (let i = 0; i < 40; i++)
		await bob.say(`line ${i}`);
	await ada.hears('line 39');
	assert.equal(await newer.isVisible(), false);
	await log.evaluate((list) => { list.scrollTop = 0; });
	await until(async () => await log.evaluate((list) =>
	    list.scrollTop === 0), 'the list is at its start');
	await bob.say('news');
	await newer.waitFor();
	assert.equal(await log.evaluate((list) => list.scrollTop), 0);
	await newer.click();
	await newer.waitFor({ state: 'hidden' });
	assert.equal(await ada.page.getByText('news', { exact: true })
	    .isVisible(), true);
	ada.visitor.assertClean();
});

test('Shift+Enter starts a line, Enter sends both', async () => {
	const [ada, bob] = await joinTwo();

	await ada.input.fill('one');
	await ada.input.press('Shift+Enter');
	await ada.input.pressSequentially('two');
	await ada.input.press('Enter');
	await bob.hears('one\ntwo');
	assert.equal(await ada.input.inputValue(), '');
	ada.visitor.assertClean();
});

test('a room that the server refuses is said to be so, once', async () => {
	const closed = await startStack({ options: { timeout: '2s' },
	    config: ['chat', 'members'].map((name) =>
		`channel "/${name}/**" { subscribe = nobody }\n`).join('') });

	try {
		const visitor = await browser.visit(`${closed.url}/chat/`);
		const ada = new Person(visitor, 'Ada');

		people.push(visitor);
		await ada.enter(newRoom());
		await ada.notices('The server refused the room: ' +
		    '403:denied_by_security_policy:subscribe_denied');
		assert.equal(await ada.page.locator('.notice').count(), 1);
	} finally {
		await closed.stop();
	}
});

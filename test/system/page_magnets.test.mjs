// page_magnets.test.mjs - words on a board, in two windows.

import assert from 'node:assert/strict';
import { after, afterEach, before, test } from 'node:test';
import { startBrowser } from './support/browser.mjs';
import { publishAsStranger, shows } from './support/page.mjs';
import { startStack } from './support/stack.mjs';
import { until } from './support/wait.mjs';

let stack;
let browser;
let visitors = [];
let boards = 0;

before(async () => {
	stack = await startStack({ options: { timeout: '2s' } });
	browser = await startBrowser();
});

after(async () => {
	await browser?.stop();
	await stack?.stop();
});

afterEach(async () => {
	await Promise.all(visitors.map((visitor) => visitor.close()));
	visitors = [];
});

// A board that no other test uses.
function newBoard() {
	return `board-${++boards}`;
}

async function open(board, options) {
	const visitor = await browser.visit(
	    `${stack.url}/magnets/?board=${board}`, options);

	visitors.push(visitor);
	await shows(visitor, 'Connected');
	return visitor;
}

function magnet(visitor, word) {
	return visitor.page.getByRole('button', { name: word, exact: true });
}

// Where the magnet is set, as two numbers from 0 to 1.
function place(visitor, word) {
	return magnet(visitor, word).evaluate(({ style }) =>
	    ['--x', '--y'].map((name) => Number(style.getPropertyValue(name))));
}

// Where it is seen: how much of the room beside it is left and above.
function sight(visitor, word) {
	return magnet(visitor, word).evaluate((element) => {
		const inner = element.getBoundingClientRect();
		const outer = element.parentElement.getBoundingClientRect();

		return [
			(inner.left - outer.left) /
			    (outer.width - inner.width),
			(inner.top - outer.top) /
			    (outer.height - inner.height),
		];
	});
}

function isAt(visitor, word, wanted) {
	return until(async () => JSON.stringify(await place(visitor, word)) ===
	    JSON.stringify(wanted), `"${word}" is at ${wanted}`);
}

async function centre(locator) {
	const { x, y, width, height } = await locator.boundingBox();

	return [x + width / 2, y + height / 2];
}

// The mouse takes the magnet to this part of the board, and holds it there.
async function drag(visitor, word, right, down, steps = 8) {
	const { mouse } = visitor.page;
	const { x, y, width, height } = await visitor.page
	    .getByRole('application').boundingBox();

	await mouse.move(...await centre(magnet(visitor, word)));
	await mouse.down();
	await mouse.move(x + right * width, y + down * height, { steps });
}

async function move(visitor, word, right, down) {
	await drag(visitor, word, right, down);
	await visitor.page.mouse.up();
	return place(visitor, word);
}

// All magnets as this window has them.
function all(visitor) {
	return visitor.page.locator('.magnet').evaluateAll((magnets) =>
	    magnets.map((one) => [one.textContent,
		    one.style.getPropertyValue('--x'),
		    one.style.getPropertyValue('--y')].join(' ')).join('\n'));
}

function agree(...windows) {
	return until(async () => {
		const seen = await Promise.all(windows.map(all));

		return seen.every((one) => one === seen[0]);
	}, 'all windows show the same');
}

test('a magnet that is dragged moves in the other window, to the same place',
    async () => {
	const board = newBoard();
	const here = await open(board);
	const there = await open(board, { phone: true });
	const before = await place(there, 'the');

	await drag(here, 'the', 0.3, 0.2);
	// It is still held.
	await isAt(there, 'the', await place(here, 'the'));
	assert.notDeepEqual(await place(there, 'the'), before);
	await here.page.mouse.up();
	const end = await move(here, 'the', 0.7, 0.1);
	await isAt(there, 'the', end);
	await until(async () => {
		const [one, other] = [await sight(here, 'the'),
			await sight(there, 'the')];

		return one.every((part, axis) =>
		    Math.abs(part - other[axis]) < 0.005 &&
		    Math.abs(part - end[axis]) < 0.005);
	}, 'it is seen where it is set');
	await agree(here, there);
	here.assertClean();
	there.assertClean();
});

test('a finger drags as well', async () => {
	const board = newBoard();
	const here = await open(board, { phone: true });
	const there = await open(board);
	const before = await place(here, 'moon');
	const [x, y] = await centre(magnet(here, 'moon'));
	const session = await here.context.newCDPSession(here.page);
	const touch = (type, ...touchPoints) =>
	    session.send('Input.dispatchTouchEvent', { type, touchPoints });

	await touch('touchStart', { x, y });
	for (let step = 1; step <= 5; step++)
		await touch('touchMove',
		    { x: x + 10 * step, y: y - 15 * step });
	await touch('touchEnd');
	const after = await place(here, 'moon');
	assert.ok(after[0] > before[0] && after[1] < before[1], `${after}`);
	assert.equal(await here.page.evaluate(() => scrollY), 0);
	await isAt(there, 'moon', after);
	here.assertClean();
});

test('arrow keys move the magnet that has the focus, up to the edge',
    async () => {
	const board = newBoard();
	const here = await open(board);
	const there = await open(board);
	const [x, y] = await place(here, 'dream');
	const press = (key) => here.page.keyboard.press(key);
	const near = (wanted) => until(async () =>
	    (await place(here, 'dream')).every((part, axis) =>
	        Math.abs(part - wanted[axis]) < 1e-6), `it is at ${wanted}`);

	await magnet(here, 'dream').focus();
	await press('ArrowLeft');
	await press('ArrowUp');
	await near([x - 0.025, y - 0.025]);
	await press('Shift+ArrowRight');
	await press('Shift+ArrowDown');
	await near([x - 0.02, y - 0.02]);
	await here.page.getByText(/^dream: \d+ % from the left, \d+ % from/)
	    .waitFor({ state: 'attached' });
	for (let i = 0; i < 50; i++)
		await press('ArrowUp');
	assert.equal((await place(here, 'dream'))[1], 0);
	await isAt(there, 'dream', await place(here, 'dream'));
	here.assertClean();
	there.assertClean();
});

test('every magnet is reached with the keyboard', async () => {
	const here = await open(newBoard());
	const count = await here.page.locator('.magnet').count();

	assert.equal(count, 40);
	await here.page.locator('.magnet').first().focus();
	for (let i = 1; i < count; i++)
		await here.page.keyboard.press('Tab');
	assert.equal(await here.page.locator('.magnet').last().evaluate(
	    (last) => last === document.activeElement), true);
});

test('who comes later sees where the magnets are', async () => {
	const board = newBoard();
	const here = await open(board);
	const there = await open(board);

	await move(here, 'sea', 0.5, 0.1);
	await move(there, 'river', 0.6, 0.2);
	await agree(here, there);
	const late = await open(board, { phone: true });
	await agree(late, here);
	// Who brought the first is gone, but what it said is not.
	await here.page.goto('about:blank');
	const later = await open(board);
	await agree(later, there, late);
	assert.notEqual(await all(later), await all(await open(newBoard())));
	later.assertClean();
});

test('a board knows nothing of another', async () => {
	const [one, other] = [newBoard(), newBoard()];
	const here = await open(one);
	const beside = await open(one);
	const there = await open(other);
	const untouched = (await all(there)).split('\n');

	await isAt(beside, 'wind', await move(here, 'wind', 0.5, 0.1));
	const late = await open(other);
	await isAt(there, 'bird', await move(late, 'bird', 0.5, 0.1));
	assert.deepEqual((await all(there)).split('\n').filter((line) =>
	    !untouched.includes(line)).map((line) => line.split(' ')[0]),
	    ['bird']);
});

test('who both drag one magnet end with it at one place', async () => {
	const board = newBoard();
	const here = await open(board);
	const there = await open(board);

	await Promise.all([drag(here, 'night', 0.1, 0.1, 30),
		drag(there, 'night', 0.9, 0.3, 30)]);
	await here.page.mouse.up();
	await there.page.mouse.up();
	await agree(here, there);
	const late = await open(board);
	await agree(here, there, late);
	here.assertClean();
	there.assertClean();
});

// Counts the messages with moves that the page sends.
function countMoves(visitor) {
	const count = { told: 0 };

	visitor.page.on('request', (request) => {
		if (/"moves"/.test(request.postData() ?? ''))
			count.told++;
	});
	return count;
}

test('a drag is told at most twenty times a second', async () => {
	const here = await open(newBoard());
	const count = countMoves(here);
	const start = performance.now();

	await drag(here, 'heart', 0.9, 0.1, 150);
	await drag(here, 'heart', 0.1, 0.1, 150);
	await here.page.mouse.up();
	const there = await open(`board-${boards}`);
	await agree(here, there);
	const elapsed = performance.now() - start;

	assert.ok(count.told > 1 && count.told <= 2 + elapsed / 50,
	    `${count.told} messages in ${elapsed} ms`);
});

test('steps of a drag in one instant are told as the last of them',
    async () => {
	const here = await open(newBoard());
	const count = countMoves(here);

	await drag(here, 'heart', 0.5, 0.5, 1);
	await until(() => count.told > 0, 'the first step is told');
	count.told = 0;
	await magnet(here, 'heart').evaluate((element) => {
		const { x, y } = element.getBoundingClientRect();

		for (let step = 1; step <= 100; step++)
			element.dispatchEvent(new PointerEvent('pointermove', {
				pointerId: 1, bubbles: true,
				clientX: x + step / 4, clientY: y + step / 4
			}));
	});
	await here.page.mouse.up();
	const there = await open(`board-${boards}`);
	await agree(here, there);

	assert.ok(count.told >= 1 && count.told <= 3,
	    `${count.told} messages for 100 steps`);
});

test('moves are settled the same way in whatever order they come',
    async () => {
	const here = await open(newBoard());
	const ends = await here.page.evaluate(async () => {
		const { Board, parseMoves } = await import(
		    '/magnets/board.js');
		const moves = parseMoves({ moves: [
			{ magnet: 0, x: 1, y: 1, version: 1, by: 'a' },
			{ magnet: 0, x: 2, y: 2, version: 2, by: 'a' },
			{ magnet: 0, x: 3, y: 3, version: 2, by: 'b' },
			{ magnet: 0, x: 4, y: 3, version: 2, by: 'b' },
			{ magnet: 0, x: 4, y: 4, version: 2, by: 'b' },
		] });
		const orders = (list) => (list.length < 2 ? [list] :
			list.flatMap((first, index) =>
				orders(list.toSpliced(index, 1))
					.map((rest) => [first, ...rest])));

		return orders(moves).map((order) => {
			const board = new Board();

			order.forEach((one) => board.take(one));
			return `${board.at(0).x} ${board.at(0).y}`;
		});
	});

	assert.equal(ends.length, 120);
	assert.deepEqual(new Set(ends), new Set(['4 4']));
});

// In a page: an Exchange whose client is worked by hand.
async function answering(answers) {
	const { Board } = await import('/magnets/board.js');
	const { Exchange } = await import('/magnets/exchange.js');
	const published = [];
	const timers = [];
	let hear;
	const client = {
		batch: (run) => run(),
		subscribe: (channel, callback) => { hear = callback; },
		publish: (channel, data) => { published.push(data); },
		setTimeout: (run) => { timers.push(run); },
	};
	const board = new Board();
	const exchange = new Exchange({ client, state: 'connected' },
	    { board, channel: '/magnets/x', id: 'me', onTaken: () => {} });

	exchange.begin();
	published.length = 0;
	board.move(1, 100, 100, 'me');
	board.move(2, 200, 200, 'me');
	hear({ data: { moves: [], ask: 'newcomer' } });
	hear({ data: { moves: [], ask: 'another' } });
	for (const known of answers)
		hear({ data: { moves: known.map((magnet) =>
			board.at(magnet)) } });
	const due = timers.length;
	timers.forEach((run) => run());
	return { due, told: published.map(({ moves }) =>
		moves.map(({ magnet: index }) => index)) };
}

test('who knows more than was asked with answers once, unless another has',
    async () => {
	const here = await open(newBoard());
	const told = (...answers) => here.page.evaluate(answering, answers);

	assert.deepEqual(await told(), { due: 1, told: [[1, 2]] });
	assert.deepEqual(await told([1]), { due: 1, told: [[2]] });
	assert.deepEqual(await told([1, 2]), { due: 1, told: [] });
	assert.deepEqual(await told([1], [2]), { due: 1, told: [] });
});

test('nonsense of strangers moves nothing, and breaks nothing', async () => {
	const board = newBoard();
	const here = await open(board);
	const there = await open(board);
	const valid = { magnet: 5, x: 5000, y: 1000, version: 1, by: 'eve' };
	const wrong = [{ magnet: -1 }, { magnet: 40 }, { magnet: 1.5 },
		{ magnet: '5' }, { magnet: 'length' }, { magnet: '__proto__' },
		{ x: -1 }, { x: 10001 }, { x: 0.5 }, { x: null },
		{ y: 1e300 }, { y: '1000' }, { y: [1] }, { version: 0 },
		{ version: -5 }, { version: 2 ** 53 }, { version: 1e300 },
		{ version: 'x' }, { by: '' }, { by: 7 }, { by: null },
		{ by: 'x'.repeat(65) }].map((part) => ({ moves:
		[{ ...valid, ...part }] }));
	const untouched = await all(here);

	assert.equal(await publishAsStranger(here, `/magnets/${board}`, [
		null, 7, 'text', [], {}, { moves: null }, { moves: {} },
		{ moves: 'moves' }, { moves: { length: 1e9 } },
		{ moves: [null, 7, 'x', [], {}, { magnet: {} }] },
		{ moves: Array(41).fill(valid) }, { ask: {} }, { ask: 'eve' },
		{ moves: [], ask: ['eve'] }, ...wrong]), true);
	// What comes behind all that is seen, so that has been seen, too.
	const end = await move(there, 'the', 0.5, 0.1);
	await isAt(here, 'the', end);
	assert.deepEqual((await all(here)).split('\n').slice(1),
	    untouched.split('\n').slice(1));

	assert.equal(await publishAsStranger(here, `/magnets/${board}`,
	    [{ moves: [{ magnet: 'none' }, valid], more: true }]), true);
	await isAt(here, 'of', [0.5, 0.1]);
	await agree(here, there);
	here.assertClean();
	there.assertClean();
});

test('whatever strangers claim, magnets stay on the board', async () => {
	const board = newBoard();
	const here = await open(board, { phone: true });
	const corner = (magnetIndex, x, y) => ({ magnet: magnetIndex, x, y,
		version: 2 ** 40, by: 'eve' });

	assert.equal(await publishAsStranger(here, `/magnets/${board}`,
	    [{ moves: [corner(0, 0, 0), corner(3, 10000, 0),
		    corner(7, 0, 10000), corner(10, 10000, 10000)] }]), true);
	await isAt(here, 'sea', [1, 1]);
	// That one is pinned, in every window, and the others are not.
	await move(here, 'sea', 0.5, 0.5);
	assert.deepEqual(await place(here, 'sea'), [1, 1]);
	const there = await open(board);
	await isAt(there, 'and', await move(here, 'and', 0.4, 0.1));
	await agree(here, there);
	await until(() => here.page.locator('.magnet').evaluateAll((magnets) =>
	    magnets.every((one) => {
		const inner = one.getBoundingClientRect();
		const outer = one.closest('.door').getBoundingClientRect();

		return inner.left >= outer.left && inner.top >= outer.top &&
		    inner.right <= outer.right && inner.bottom <= outer.bottom;
	    })), 'all are within the board');
	here.assertClean();
});

test('a restart of the process is shown and survived', async () => {
	const board = newBoard();
	const here = await open(board);
	const there = await open(board);

	await move(here, 'light', 0.5, 0.1);
	await agree(here, there);
	await stack.stopProcess();
	await shows(here, 'Reconnecting…');
	await shows(there, 'Reconnecting…');
	await here.page.getByText('The server does not answer').waitFor();
	// Both move on, one of them the same magnet.
	await move(here, 'stone', 0.2, 0.1);
	await move(there, 'small', 0.8, 0.2);
	await move(there, 'light', 0.5, 0.3);
	await stack.startProcess();
	await shows(here, 'Connected');
	await shows(there, 'Connected');
	await agree(here, there);
	await isAt(here, 'light', await place(there, 'light'));
	await isAt(there, 'stone', await place(here, 'stone'));
	await isAt(there, 'the', await move(here, 'the', 0.6, 0.2));

	const late = await open(board);
	await agree(here, there, late);
	here.assertClean({ outage: true });
	there.assertClean({ outage: true });
});

test('a move that did not get through is told again', async () => {
	const board = newBoard();
	const here = await open(board);
	const there = await open(board);
	let refused = 0;

	await here.page.route('**/cometd/**', (route) => {
		if (refused > 0 || !/"moves"/.test(
		    route.request().postData() ?? ''))
			return route.continue();
		refused++;
		return route.abort();
	});
	await magnet(here, 'slow').focus();
	await here.page.keyboard.press('ArrowUp');
	await isAt(there, 'slow', await place(here, 'slow'));
	assert.equal(refused, 1);
});

test('who could not join the board at once joins it later', async () => {
	const board = newBoard();
	const here = await open(board);
	const visitor = await browser.visit('about:blank');
	let refused = 0;

	visitors.push(visitor);
	await move(here, 'always', 0.5, 0.1);
	await visitor.page.route('**/cometd/**', (route) => {
		if (refused > 0 || !/\/meta\/subscribe/.test(
		    route.request().postData() ?? ''))
			return route.continue();
		refused++;
		return route.abort();
	});
	await visitor.page.goto(`${stack.url}/magnets/?board=${board}`);
	await agree(visitor, here);
	assert.equal(refused, 1);
});

// In a page: an Exchange that could not subscribe, and is not connected when it
// would try again; how often it has subscribed once it is.
async function joiningLate() {
	const { Board } = await import('/magnets/board.js');
	const { Exchange } = await import('/magnets/exchange.js');
	const replies = [];
	const timers = [];
	const client = {
		batch: (run) => run(),
		subscribe: (channel, callback, reply) => replies.push(reply),
		publish: () => {},
		setTimeout: (run) => timers.push(run),
	};
	const connection = { client, state: 'connecting' };
	const exchange = new Exchange(connection, { board: new Board(),
		channel: '/magnets/x', id: 'me', onTaken: () => {},
		onRefused: () => {} });

	exchange.begin();
	replies[0]({ successful: false, failure: {} });
	timers.forEach((run) => run());
	connection.state = 'connected';
	exchange.resume();
	exchange.resume();
	return replies.length;
}

test('nor has it to be connected when it would try again', async () => {
	const here = await open(newBoard());

	assert.equal(await here.page.evaluate(joiningLate), 2);
});

test('it fits a phone, board and all', async () => {
	const here = await open(newBoard(), { phone: true });
	const { width, height } = here.page.viewportSize();

	assert.equal(await here.page.evaluate(() =>
	    document.documentElement.scrollWidth > innerWidth), false);
	const { x, y, ...size } = await here.page.locator('.door')
	    .boundingBox();
	assert.ok(x >= 0 && x + size.width <= width);
	assert.ok(y >= 0 && y + size.height <= height);
	here.assertClean();
});

test('a board that the server refuses is no board to share, and that is said',
    async () => {
	const closed = await startStack({ options: { timeout: '2s' },
	    config: 'channel "/magnets/**" { subscribe = nobody }' });

	try {
		const visitor = await browser.visit(`${closed.url}/magnets/`);

		visitors.push(visitor);
		await shows(visitor, 'Connected');
		await visitor.page.getByText('The server refused the board: ' +
		    '403:denied_by_security_policy:subscribe_denied. ')
		    .waitFor();
		assert.equal(await visitor.page.locator('#help').isVisible(),
		    false);
	} finally {
		await closed.stop();
	}
});

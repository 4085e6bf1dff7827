// page_timesync.test.mjs - the page about the server's clock (rule 100).

import assert from 'node:assert/strict';
import { after, afterEach, before, test } from 'node:test';
import { startBrowser } from './support/browser.mjs';
import { shows } from './support/page.mjs';
import { startStack } from './support/stack.mjs';
import { until } from './support/wait.mjs';

let stack;
let browser;
let visitors = [];

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

async function open(from = stack, options) {
	const visitor = await browser.visit(`${from.url}/timesync/`, options);

	visitors.push(visitor);
	await shows(visitor, 'Connected');
	return visitor;
}

// What stands beside a name in the list of numbers.
function number(visitor, name) {
	return visitor.page.locator('.numbers div').filter({ has:
	    visitor.page.getByText(name, { exact: true }) }).locator('dd')
	    .innerText();
}

async function samples(visitor, least) {
	await until(async () => Number(await number(visitor, 'Samples')) >=
	    least, `there are ${least} samples`);
}

// How many samples a chart has drawn, and how many points its line has.
async function drawn(visitor, name) {
	const chart = visitor.page.getByRole('img', { name });
	const count = async (part, pattern) => (await chart.locator(part)
	    .getAttribute('d')).match(pattern).length;

	assert.doesNotMatch(await chart.innerHTML(), /NaN|Infinity/);
	return [await count('.samples', /M/g), await count('.means', /[ML]/g)];
}

test('offset and lag are shown as numbers, and samples go on coming',
    async () => {
	const visitor = await open();

	await samples(visitor, 3);
	assert.match(await number(visitor, 'Offset'),
	    /^(0 ms|\d+ ms (ahead|behind))$/);
	assert.match(await number(visitor, 'Lag'), /^\d+ ms$/);
	// The page looks at its clock at intervals of its own.
	await until(async () => /^\d\d:\d\d:\d\d$/.test(
	    await number(visitor, 'Server’s time')), 'the time is shown');
	await samples(visitor, 6);
	visitor.assertClean();
});

test('each sample is drawn in both graphs', async () => {
	const visitor = await open();

	await samples(visitor, 4);
	for (const name of ['Offset', 'Lag'])
		await until(async () => {
			const shown = Number(await number(visitor, 'Samples'));
			const [dots, points] = await drawn(visitor, name);

			return dots === shown && points === shown;
		}, `${name} has all samples`);
	visitor.assertClean();
});

test('graphs have a scale that holds all that is drawn', async () => {
	const visitor = await open();
	const scales = await visitor.page.evaluate(async () => {
		const { scaleOf } = await import('/timesync/chart.js');

		return [[0], [0, 2], [-1, 1], [-0.5, 3], [7, 7],
			[3599990, 3600012], [-7201, -7199], [999, 1001]]
		    .map((values) => ({ values, ...scaleOf(values) }));
	});

	assert.deepEqual(scales.slice(0, 3).map(({ low, high }) =>
	    [low, high]), [[0, 2], [0, 2], [-1, 1]]);
	for (const { values, low, high } of scales) {
		assert.ok(low <= Math.min(...values), `${values}`);
		assert.ok(high >= Math.max(...values), `${values}`);
		assert.ok(high > low && (high - low) / 2 % 1 === 0);
	}
	await visitor.close();
});

test('a clock that is an hour and a half behind is noticed', async () => {
	const visitor = await open();

	await visitor.page.addInitScript(() => {
		const RealDate = Date;

		globalThis.Date = class extends RealDate {
			constructor(...parts) {
				super(...parts.length > 0 ? parts :
				    [RealDate.now() - 5400000]);
			}

			static now() {
				return RealDate.now() - 5400000;
			}
		};
	});
	await visitor.page.reload();
	await samples(visitor, 2);
	assert.match(await number(visitor, 'Offset'),
	    /^1 h (29|30) min ahead$/);
	visitor.assertClean();
});

test('a server that does not tell its time is said not to', async () => {
	const mute = await startStack({ options: { timeout: '2s',
		timesync: 'no' } });

	try {
		const visitor = await open(mute);

		await visitor.page.getByText('does not tell its time')
		    .waitFor();
		assert.equal(await number(visitor, 'Samples'), '0');
		assert.equal(await number(visitor, 'Offset'), '–');
		visitor.assertClean();
	} finally {
		await mute.stop();
	}
});

test('a restart of the process is shown and survived', async () => {
	const visitor = await open();

	await samples(visitor, 2);
	await stack.stopProcess();
	await shows(visitor, 'Reconnecting…');
	const before = Number(await number(visitor, 'Samples'));
	await stack.startProcess();
	await shows(visitor, 'Connected');
	await samples(visitor, before + 4);
	visitor.assertClean({ outage: true });
});

test('who listens to the page is told the numbers, but seldom', async () => {
	const visitor = await open();
	const spoken = visitor.page.locator('[aria-live]');

	await samples(visitor, 1);
	assert.match(await spoken.textContent(), /^Offset .* lag \d+ ms$/);
	const first = await spoken.textContent();
	await samples(visitor, 5);
	assert.equal(await spoken.textContent(), first);
	visitor.assertClean();
});

test('it fits a phone', async () => {
	const visitor = await open(stack, { phone: true });

	await samples(visitor, 2);
	assert.equal(await visitor.page.evaluate(() =>
	    document.documentElement.scrollWidth > innerWidth), false);
	visitor.assertClean();
});

// load.test.mjs - every mode of the load tool, through lighttpd and straight
// at the socket.  What it counts is held against what was asked for; how fast
// that went is nobody's business here.

import assert from 'node:assert/strict';
import fs from 'node:fs';
import net from 'node:net';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { assertWell, load, loadTool } from './support/load.mjs';
import { Child, startStack } from './support/stack.mjs';
import { until } from './support/wait.mjs';

const clients = 50;
let stack;
let addresses;
before(async () => {
	stack = await startStack();
	addresses = {
		lighttpd: `${stack.url}/cometd`,
		fcgi: `fcgi:unix:${stack.socket}`
	};
});
after(() => stack?.stop());

// Nobody receives what publish does.
function run(mode, address, ...args) {
	return load(mode, address, ...(mode === 'publish' ? [] :
	    ['--clients', String(clients)]), ...args);
}

for (const way of ['lighttpd', 'fcgi']) {
	test(`fan-out in lock-step, ${way}`, async () => {
		const report = assertWell(await run('fan-out', addresses[way],
		    '--count', '20'));
		assert.equal(report.published, 20);
		assert.equal(report.delivered, 20 * clients);
		assert.equal(report.latency_us.count, 20 * clients);
		assert.equal(report.publish_us.count, 20);
		assert.equal(report.joined, clients + 1);
	});

	test(`fan-out at a rate, in batches, ${way}`, async () => {
		const report = assertWell(await run('fan-out', addresses[way],
		    '--count', '20', '--rate', '200', '--batch', '5',
		    '--size', '700'));
		assert.equal(report.published, 20);
		assert.equal(report.delivered, 20 * clients);
	});

	test(`a probe beside a fan-out, ${way}`, async () => {
		const report = assertWell(await run('fan-out', addresses[way],
		    '--rate', '50', '--duration', '300ms', '--probe', '100'));
		assert.ok(report.probe_us.count >= 30);
		assert.equal(report.publish_us.count, report.published);
	});

	for (const [mode, ...pace] of [['fan-out', '--rate', '50'],
		['chat', '--deliveries', '2500']])
		test(`a flood beside ${mode}, ${way}`, async () => {
			const report = assertWell(await run(mode,
			    addresses[way], '--count', '20', ...pace,
			    '--flood', '10000'));
			assert.equal(report.published, 20);
			// One request at least, and all of them answered.
			assert.ok(report.flooded >= 100);
			assert.equal(report.flood_acked, report.flooded);
			assert.equal(report.flooded,
			    report.flood_us.count * 100);
			assert.ok(report.flood_per_second > 0);
		});

	test(`chat, ${way}`, async () => {
		const report = assertWell(await run('chat', addresses[way],
		    '--count', '100', '--rooms', '10', '--rooms-per-client',
		    '4', '--deliveries', '5000', '--batch', '5'));
		assert.equal(report.published, 100);
		assert.equal(report.delivered, 100 * clients * 4 / 10);
	});

	test(`storm, ${way}`, async () => {
		const report = assertWell(await run('storm', addresses[way]));
		assert.equal(report.joined, clients);
		assert.equal(report.join_us.count, clients);
	});

	test(`storm beside a probe and a flood, ${way}`, async () => {
		const report = assertWell(await run('storm', addresses[way],
		    '--probe', '20', '--flood', '100'));
		// They have sessions of their own.
		assert.ok(report.joined > clients, String(report.joined));
	});

	test(`storm at a rate, ${way}`, async () => {
		const report = assertWell(await run('storm', addresses[way],
		    '--arrivals', '500'));
		assert.equal(report.joined, clients);
	});

	test(`publish, ${way}`, async () => {
		const report = assertWell(await run('publish', addresses[way],
		    '--count', '100', '--publishers', '3'));
		assert.equal(report.published, 100);
		assert.equal(report.publish_us.count, 100);
		assert.equal(report.delivered, 0);
	});

	test(`publish at a rate, ${way}`, async () => {
		const report = assertWell(await run('publish', addresses[way],
		    '--count', '40', '--rate', '400', '--batch', '4'));
		assert.equal(report.published, 40);
		assert.equal(report.publish_us.count, 10);
	});

	test(`churn, ${way}`, async () => {
		const report = assertWell(await run('churn', addresses[way],
		    '--count', '30', '--arrivals', '100', '--stay', '500ms',
		    '--rate', '100', '--duration', '60s'));
		assert.equal(report.joined, 30 + 1);
		assert.equal(report.left, 30);
		assert.ok(report.delivered > 0);
	});

	test(`slow readers, ${way}`, async () => {
		const report = assertWell(await run('slow', addresses[way],
		    '--count', '10', '--rate', '50', '--late', '50ms',
		    '--late-readers', '7', '--never-readers', '4'));
		assert.equal(report.expected, 10 * (clients - 4));
		assert.equal(report.latency_us.count,
		    10 * (clients - 7 - 4));
		assert.equal(report.late_us.count, 10 * 7);
	});

	test(`idle, and what a process takes, ${way}`, async () => {
		const { pid } = stack.process;
		const report = assertWell(await run('idle', addresses[way],
		    '--duration', '100ms', '--pid', String(pid)));
		assert.equal(report.joined, clients);
		const [measured] = report.processes;
		assert.equal(measured.pid, pid);
		assert.equal(measured.ended, false);
		assert.ok(measured.rss_with >= 500000);
		assert.ok(measured.rss_after >= 500000);
		assert.ok(measured.cpu_us >= 0);
	});
}

test('every mode shares connections when it is told to', async () => {
	const shared = ['--connections', '2'];
	assertWell(await run('fan-out', addresses.fcgi, ...shared,
	    '--count', '20'));
	assertWell(await run('chat', addresses.fcgi, ...shared,
	    '--count', '100', '--batch', '5'));
	assertWell(await run('storm', addresses.fcgi, ...shared));
	assertWell(await run('publish', addresses.fcgi, ...shared,
	    '--count', '100'));
	assertWell(await run('churn', addresses.fcgi, ...shared,
	    '--count', '20', '--arrivals', '100', '--stay', '50ms'));
	assertWell(await run('idle', addresses.fcgi, ...shared,
	    '--duration', '100ms'));
});

// Other servers have other keys, in another order, and other ids.
test('the server of Faye is as good as ours', async () => {
	const server = new Child(process.execPath,
	    [fileURLToPath(new URL('support/faye_server.mjs',
		import.meta.url))]);
	try {
		const [port] = await until(() => server.ended ||
		    /^\d+(?=\n)/.exec(server.output), 'Faye listens');
		const address = `http://127.0.0.1:${port}/bayeux`;
		assertWell(await run('fan-out', address, '--count', '10'));
		assertWell(await run('chat', address, '--count', '50'));
		assertWell(await run('storm', address));
		assertWell(await run('publish', address, '--count', '50'));
		assertWell(await run('churn', address, '--count', '10',
		    '--arrivals', '50', '--stay', '50ms'));
	} finally {
		await server.end('SIGTERM');
	}
});

// What ours is measured beside may lose nothing either.
test('the floor answers what it is asked', async () => {
	const socket = path.join(stack.folder, 'floor.sock');
	const floor = new Child(path.join(path.dirname(loadTool), 'floor'),
	    [`unix:${socket}`]);
	const listens = () => new Promise((resolve) => {
		const probe = net.connect(socket, () => {
			probe.destroy();
			resolve(true);
		}).on('error', () => resolve(false));
	});
	try {
		await until(() => floor.ended || listens(), 'floor listens');
		const address = `fcgi:unix:${socket}`;
		for (const more of [[], ['--connections', '2']]) {
			assertWell(await run('fan-out', address, ...more,
			    '--count', '40', '--rate', '1000', '--batch', '20',
			    '--size', '2000'));
			assertWell(await run('storm', address, ...more));
			assertWell(await run('publish', address, ...more,
			    '--count', '50'));
		}
	} finally {
		await floor.end('SIGTERM');
		floor.assertClean();
	}
});

// Is it XML whose tags are balanced and whose attributes are quoted?
function assertWellFormed(xml) {
	const open = [];
	const tag = /<(\/?)([a-z]+)((?: [a-zA-Z0-9:-]+="[^"<&]*")*)(\/?)>/g;
	const text = xml.replace(tag, (all, ends, name, attributes, empty) => {
		if (ends)
			assert.equal(open.pop(), name);
		else if (!empty)
			open.push(name);
		return '';
	});
	assert.deepEqual(open, []);
	assert.doesNotMatch(text, /[<>&]/);
}

test('a histogram is drawn as well-formed SVG', async () => {
	const file = path.join(stack.folder, 'latency.svg');
	assertWell(await run('fan-out', addresses.fcgi, '--count', '20',
	    '--histogram', file));
	const svg = fs.readFileSync(file, 'utf8');
	assert.match(svg, /^<svg xmlns="http:\/\/www\.w3\.org\/2000\/svg"/);
	assert.match(svg, /1000 values/);
	assert.match(svg, /<path /);
	assertWellFormed(svg);
	assert.throws(() => assertWellFormed('<svg><g></svg>'));
	// Nothing to be drawn is a picture as well.
	assertWell(await run('idle', addresses.fcgi, '--duration', '1ms',
	    '--histogram', file));
	assertWellFormed(fs.readFileSync(file, 'utf8'));
});

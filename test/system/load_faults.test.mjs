// load_faults.test.mjs - the load tool sees what a server does wrong, and is
// done in time whatever happens.

import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import { Faulty, everybody } from './support/faulty.mjs';
import { assertWell, load, loadTool } from './support/load.mjs';
import { Child, freePort, scratchFolder, tree } from './support/stack.mjs';
import { moment, until, within } from './support/wait.mjs';

const clients = 5;
let folder;
before(() => { folder = scratchFolder(); });
after(() => fs.rmSync(folder, { recursive: true, force: true }));

let servers = 0;
// Run fn with the address of a server that has those faults.
async function withServer(faults, fn) {
	const socket = path.join(folder, `faulty${servers++}`);
	const server = await Faulty.listen(socket, faults);
	try {
		return await fn(`fcgi:unix:${socket}`, server);
	} finally {
		await server.close();
	}
}

// Ten messages at a rate to five clients; what has not come after a while will
// never come.
function fanOut(faults, ...args) {
	return withServer(faults, (address) => load('fan-out', address,
	    '--clients', String(clients), '--count', '10', '--rate', '200',
	    '--drain', `${10 * moment}ms`, ...args));
}

// What went wrong, and nothing else.
function assertWrong({ code, report, output }, wrong) {
	const found = {};
	for (const kind of ['unsent', 'lost', 'doubled', 'misordered',
		'foreign'])
		if (report[kind] > 0)
			found[kind] = report[kind];
	for (const [kind, count] of Object.entries(report.errors))
		if (count > 0)
			found[kind] = count;
	assert.deepEqual(found, wrong, output);
	assert.equal(code, 1);
}

// Run the tool with args, and no --json: it says that, and ends so.
async function says(args, code, message, command = [loadTool]) {
	const child = new Child(command[0], [...command.slice(1), ...args]);
	const ended = await within(child.exit, 'its end');
	child.assertClean();
	assert.match(child.output, message);
	assert.equal(ended.code, code);
}

// Where something never comes the tool waits for it, as long for each of them.
describe('what a server does wrong is found', { concurrency: 30 }, () => {
	test('a server that does no wrong is found to do none', async () => {
		const report = assertWell(await fanOut({}));
		assert.equal(report.delivered, 50);
	});

	test('a lost message is lost for each who did not get it', async () => {
		assertWrong(await fanOut({
			spread: (event, number, sessions) => number === 3 ?
			    everybody(event, sessions).slice(0, 2) :
			    everybody(event, sessions)
		}), { lost: 3 });
	});

	test('the last message that is lost is missed too', async () => {
		assertWrong(await fanOut({
			spread: (event, number, sessions) => number === 9 ? [] :
			    everybody(event, sessions)
		}), { lost: clients });
	});

	test('a message that comes twice is doubled', async () => {
		assertWrong(await fanOut({
			spread: (event, number, sessions) => number !== 4 ?
			    everybody(event, sessions) :
			    [...everybody(event, sessions),
				...everybody(event, sessions).slice(0, 2)]
		}), { doubled: 2 });
	});

	test('messages that overtake each other are misordered', async () => {
		let early;
		assertWrong(await fanOut({
			spread: (event, number, sessions) => {
				if (number === 2) {
					early = event;
					return [];
				}
				const all = everybody(event, sessions);
				return number === 3 ?
				    [...all, ...everybody(early, sessions)] :
				    all;
			}
		}), { misordered: clients });
	});

	test('a message that was changed is foreign, and lost', async () => {
		assertWrong(await fanOut({
			spread: (event, number, sessions) => {
				const [[session, one], ...others] =
				    everybody(event, sessions);
				const data = number === 5 ?
				    one.data.replace(/x$/, 'y') : one.data;
				return [[session, { ...one, data }], ...others];
			}
		}), { lost: 1, foreign: 1 });
	});

	test('a message to one who did not subscribe is foreign', async () => {
		assertWrong(await fanOut({
			spread: (event, number, sessions) => number === 0 ?
			    sessions.map((session) => [session, event]) :
			    everybody(event, sessions)
		}), { foreign: 1 });
	});

	test('a gap is seen by those who come and go', async () => {
		const { report, code } = await withServer({
			spread: (event, number, sessions) =>
			    number % 10 === 5 ? [] : everybody(event, sessions)
		}, (address) => load('churn', address, '--clients', '3',
		    '--stay', '200ms', '--count', '6', '--rate', '200',
		    '--vanish', '100', '--duration', '20s'));
		assert.ok(report.lost > 0);
		assert.equal(report.left, 6);
		assert.equal(code, 1);
	});

	// What comes in place of the answer to a publish, the third of ten.
	for (const [what, answer, kind, delivered] of [
		['a status', { status: 503, body: 'busy' }, 'status', 9],
		['a refusal', { body: [{ successful: false, channel: '/x',
			error: '403::publish_denied' }] }, 'refused', 9],
		['no JSON', { body: '<html>' }, 'malformed', 9],
		['half of an answer', { body: '[{"successful":' }, 'malformed',
			9],
		['the end of the connection', 'close', 'closed', 9],
		['nothing', 'silence', 'unanswered', 2]]) {
		test(`${what} in place of an answer is an error`, async () => {
			const run = await fanOut({ answer: (messages, number) =>
			    number === 2 ? answer : undefined });
			assert.equal(run.report.delivered, delivered * clients);
			const { published, unsent } = run.report;
			assert.equal(published + unsent, 10);
			assert.equal(unsent > 0, answer === 'silence');
			assertWrong(run, { [kind]: 1, ...(unsent && { unsent }),
				lost: (published - delivered) * clients });
		});
	}

	test('a probe that is not answered is an error', async () => {
		const { code, report } = await fanOut({
			answer: ([{ channel }]) =>
			    channel.endsWith('/quiet') ? 'silence' : undefined
		}, '--probe', '20');
		assert.equal(code, 1);
		assert.equal(report.delivered, 10 * clients);
		assert.ok(report.errors.unanswered > 0);
	});

	test('a flood waits for its answer, and nobody for the flood',
	    async () => {
		const run = await fanOut({ answer: ([{ channel }]) =>
		    channel.endsWith('/flood') ? 'silence' : undefined },
		'--flood', '100000');
		assert.equal(run.report.delivered, 10 * clients);
		assert.equal(run.report.flooded, 100);
		assert.equal(run.report.flood_acked, 0);
		assertWrong(run, { unanswered: 1 });
	});

	test('a publisher whose connections break goes on', async () => {
		const run = await fanOut({ answer: (messages, number) =>
		    number < 3 ? 'close' : undefined });
		assert.equal(run.report.published, 10);
		assertWrong(run, { closed: 3, lost: 3 * clients });
	});

	test('what goes wrong for who never reads is no error', async () => {
		let dropped = 0;
		const spread = (event, number, sessions) => {
			for (const session of number === 2 ? sessions : [])
				if (session.subscribed) {
					session.drop();
					dropped++;
				}
			return number < 2 ? everybody(event, sessions) : [];
		};
		assertWell(await withServer({ spread }, (address) =>
			load('slow', address, '--clients', '4', '--count', '5',
			    '--rate', '50', '--late-readers', '0',
			    '--never-readers', '4')));
		assert.equal(dropped, 4);
	});

	test('a session that the server ends is an error', async () => {
		const gone = { channel: '/meta/connect', successful: false,
			error: '402::session_unknown',
			advice: { reconnect: 'handshake' } };
		const run = await fanOut({
			answer: ([{ channel, clientId, advice }]) =>
			    channel === gone.channel && !advice &&
			    clientId === '0' ? { body: [gone] } : undefined
		});
		assertWrong(run, { session_ended: 1, lost: 10 });
		assert.equal(run.report.first_error,
		    'session_ended: 402::session_unknown');
	});

	test('a late answer makes what was due behind it late', async () => {
		const report = assertWell(await fanOut({
			answer: (messages, number) => number === 0 ?
			    new Promise((resolve) => setTimeout(resolve, 500)) :
			    undefined
		}));
		// Nine of ten were due in the first 50 ms, and sent after 500.
		assert.ok(report.latency_us.p50 > 400000);
	});
});

test('a server that is not there is an error for each client', async () => {
	const run = await load('storm', `fcgi:unix:${folder}/none`,
	    '--clients', '2000');
	assertWrong(run, { not_connected: 2000 });
	assert.equal(run.report.first_error,
	    'not_connected: No such file or directory');
});

test('it is told why there was no connection', async () => {
	const address = `http://127.0.0.1:${await freePort()}`;
	const run = await load('storm', address, '--clients', '3');
	assertWrong(run, { not_connected: 3 });
	assert.deepEqual(run.report.first_errors,
	    { not_connected: 'Connection refused' });
	await says(['--clients', '3', 'storm', address], 1,
	    /^errors +not_connected 3 \(first: Connection refused\)$/m);
});

test('of each kind of error the first is told', async () => {
	let server;
	const run = await withServer({ answer: (messages, number) => {
		if (number === 0)
			server.server.close();
		return number === 0 ? 'close' : undefined;
	} }, (address, one) => {
		server = one;
		return load('fan-out', address, '--clients', String(clients),
		    '--count', '10', '--rate', '200',
		    '--drain', `${moment}ms`);
	});
	assertWrong(run, { closed: 1, not_connected: 9, lost: 10 * clients });
	assert.equal(run.report.first_error, 'closed');
	assert.deepEqual(run.report.first_errors,
	    { not_connected: 'No such file or directory' });
});

test('the deadline ends a run, which reports what it has', async () => {
	const { code, report } = await withServer({
		answer: ([{ channel }]) =>
		    channel === '/meta/subscribe' ? 'silence' : undefined
	}, (address) => load('fan-out', address, '--clients', '3',
	    '--deadline', `${2 * moment}ms`,
	    '--pid', String(process.pid)));
	assert.equal(code, 1);
	assert.equal(report.end, 'deadline');
	assert.ok(report.processes[0].rss_with > 0);
	assert.equal(report.errors.unanswered, 3);
});

test('a storm is not over before everybody is in', async () => {
	// Longer than other modes take without a count.
	const report = assertWell(await withServer({
		answer: ([{ channel }]) => channel === '/meta/handshake' ?
		    new Promise((resolve) => setTimeout(resolve, 3200)) :
		    undefined
	}, (address) => load('storm', address, '--clients', '5',
	    '--parallel', '5')));
	assert.equal(report.joined, 5);
});

test('a run that is interrupted reports what it has', async () => {
	await withServer({}, async (address, server) => {
		const child = new Child(loadTool, ['--json', '--clients', '7',
			'--duration', '50s', 'idle', address]);
		await until(() => server.held === 7, 'all wait');
		child.child.kill('SIGINT');
		const { code } = await within(child.exit, 'its end');
		assert.equal(code, 1);
		const report = JSON.parse(child.output);
		assert.equal(report.end, 'interrupted');
		assert.equal(report.joined, 7);
	});
});

test('an address that is not of this machine is refused', async () => {
	for (const address of ['http://192.0.2.1/cometd',
		'http://[2001:db8::1]:80/', 'fcgi:192.0.2.1:9000',
		'http://0.0.0.0:80/'])
		await says(['--clients', '1', 'storm', address], 2,
		    /not on this machine.*--i-own-this-server/);
});

test('what is no address is refused', async () => {
	for (const address of ['http://example.com/', '127.0.0.1:80',
		'https://127.0.0.1/', 'ws://127.0.0.1/'])
		await says(['storm', address], 2, /not an address/);
});

test('arguments that make no sense are refused', async () => {
	const address = 'http://127.0.0.1:1/';
	for (const [args, message] of [
		[[], /a mode and an address/],
		[['storm'], /a mode and an address/],
		[['hail', address], /no such mode: hail/],
		[['--clients', '0', 'storm', address], /--clients 0/],
		[['--clients', 'x', 'storm', address], /--clients x/],
		[['--duration', '3', 'storm', address], /--duration 3.*3s/],
		[['--size', '10', 'storm', address], /--size 10/],
		[['--connections', '2', 'storm', address], /for FastCGI/],
		[['--connections', '2', 'slow', 'fcgi:127.0.0.1:1'],
			/not for this mode: slow/],
		[['--rooms', '3', 'fan-out', address],
			/--rooms is not for fan-out; modes that have it: chat$/m],
		[['--arrivals', '3', 'idle', address],
			/--arrivals is not for idle; .* it: storm churn$/m],
		[['--nonsense', 'storm', address], /nonsense/]])
		await says(args, 2, message);
});

test('too few descriptors are told before anything is done', async () => {
	await says(['--clients', '100', 'storm', `fcgi:unix:${folder}/none`],
	    1, /need \d+ open files, and the limit is 64/,
	    ['sh', '-c', 'ulimit -n 64; exec "$0" "$@"', loadTool]);
});

test('a process that is not there is known before the run', async () => {
	// Larger than any number that a process may have.
	await withServer({}, async (address, server) => {
		await says(['--pid', '2147483646', 'storm', address], 2,
		    /^bayeux-load: --pid 2147483646: no such process/m);
		assert.equal(server.sessions.length, 0);
	});
});

// Call fn with the id of a process that ends at the first publish, and with
// an address.
function withMortal(fn) {
	const mortal = new Child('sleep', ['1000']);
	return withServer({ answer: async (messages, number) => {
		if (number === 0)
			await mortal.end('SIGKILL');
	} }, (address) => fn(mortal.pid, address));
}

test('a process that ends during the run is told', async () => {
	const args = ['--clients', String(clients), '--count', '10', '--pid'];
	await withMortal(async (pid, address) => {
		const { code, report } = await load('fan-out', address, ...args,
		    String(pid));
		assert.deepEqual(report.processes, [{ pid, ended: true }]);
		assert.equal(report.delivered, 10 * clients);
		assert.equal(report.first_error, '');
		assert.equal(code, 1);
	});
	await withMortal((pid, address) => says([...args, String(pid),
		'fan-out', address], 1,
	new RegExp(`^process +${pid} ended during the run$`, 'm')));
});

test('a histogram that cannot be written is known before the run', async () => {
	await withServer({}, async (address, server) => {
		for (const [file, message] of [
			[`${folder}/none/a.svg`, 'No such file or directory'],
			[folder, 'Is a directory']])
			await says(['--histogram', file, 'storm', address], 2,
			    new RegExp(`^bayeux-load: --histogram ${file}: ` +
				`${message}$`, 'm'));
		assert.equal(server.sessions.length, 0);
	});
});

test('a histogram that was not written is told, with the report', async () => {
	const run = await fanOut({}, '--histogram', '/dev/full');
	assert.equal(run.code, 1);
	assert.equal(run.report.delivered, 10 * clients);
	assert.match(run.output,
	    /^bayeux-load: --histogram \/dev\/full: No space left on device$/m);
});

test('--help and the manual page have the same modes and options', async () => {
	const child = new Child(loadTool, ['--help']);
	assert.equal((await within(child.exit, 'its end')).code, 0);
	const page = fs.readFileSync(
	    path.join(tree, 'test/load/bayeux-load.1'), 'utf8');
	const names = (text, pattern) => [...text.matchAll(pattern)]
	    .map(([, name]) => name).sort();
	const modes = names(child.output, /^  ([a-z][a-z-]*)  /gm);
	assert.equal(modes.length, 7);
	assert.deepEqual(names(page, /^\.It Cm ([a-z-]+)$/gm), modes);
	const options = names(child.output, /^  --([a-z-]+)/gm);
	assert.ok(options.length > 20);
	assert.deepEqual(names(page.split('\n')
	    .filter((line) => line.startsWith('.It ')).join('\n'),
	/Fl -([a-z-]+)/g), options);
});

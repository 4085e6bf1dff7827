// process.test.mjs - sockets, signals and limits of the process.

import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { after, test } from 'node:test';
import { Client, types } from './support/bayeux.mjs';
import * as fcgi from './support/fastcgi.mjs';
import { Connection } from './support/raw.mjs';
import { Child, command, freePort, killChildren, optionArgs, run,
	scratchFolder, startStack, wrapper } from './support/stack.mjs';
import { inTime, until } from './support/wait.mjs';

after(killChildren);

async function withStack(settings, use) {
	const stack = await startStack({ front: 'none', ...settings });
	try {
		await use(stack);
	} finally {
		await stack.stop();
	}
}

async function withFolder(use) {
	const folder = scratchFolder();
	try {
		return await use(folder);
	} finally {
		fs.rmSync(folder, { recursive: true, force: true });
	}
}

// Has the process at address an answer?
async function assertServes(address) {
	const response = await fcgi.exchange(address, [{}]);
	assert.equal(response.json[0].error, '400::channel_missing');
}

async function listens(child, address) {
	await until(async () => {
		assert.equal(child.ended, undefined, child.output);
		return Connection.open(address).then(
		    (connection) => { connection.close(); return true; },
		    () => false);
	}, 'the process listens');
}

// End child as a supervisor does.
async function finish(child) {
	assert.deepEqual(await child.end('SIGTERM'),
	    { code: 0, signal: null }, child.output);
	child.assertClean();
}

// count sessions with a held connect each, on one connection.
async function hold(address, count) {
	const peer = await fcgi.Peer.open(address);
	const ids = Array.from({ length: count }, (none, i) => i + 1);
	for (const id of ids) {
		const [{ clientId }] = await peer.send(id, [{
			channel: '/meta/handshake', version: '1.0',
			supportedConnectionTypes: types }]);
		const connect = [{ channel: '/meta/connect', clientId, id }];
		await peer.send(id, connect);
		await peer.write(fcgi.conversation(id, connect));
	}
	await peer.send(count + 1, [{}]);
	assert.ok(ids.every((id) => !peer.hasEnded(id)));
	return { peer, ids };
}

// A session whose connect is held for that long, as a request of peer.
async function holdFor(peer, id, timeout) {
	const [{ clientId }] = await peer.send(id, [{
		channel: '/meta/handshake', version: '1.0',
		supportedConnectionTypes: types }]);
	const connect = { channel: '/meta/connect', clientId, id };
	await peer.send(id, [connect]);
	await peer.write(fcgi.conversation(id, [{ ...connect,
		advice: { timeout } }]));
}

// It ends after so many milliseconds at the latest.
const STOP_LIMIT = 5000;

for (const signal of ['SIGTERM', 'SIGINT']) {
	test(`${signal} answers held connects with retry and exits 0`, () =>
		inTime(STOP_LIMIT, (mark) => withStack({ options: {
			timeout: '600s' } }, async (stack) => {
			const { peer, ids } = await hold(stack.fcgi, 50);
			mark();
			const ended = stack.killProcess(signal);
			const intervals = new Set();
			for (const id of ids) {
				const { response } = await peer.answer(id);
				const [reply, ...rest] = response.json;
				assert.equal(reply.id, id);
				assert.equal(reply.successful, true);
				assert.equal(reply.advice.reconnect, 'retry');
				assert.equal(reply.advice.timeout, 600000);
				intervals.add(reply.advice.interval);
				assert.deepEqual(rest, []);
			}
			assert.ok(intervals.size > 1, 'they come back spread');
			assert.deepEqual(await ended,
			    { code: 0, signal: null }, stack.output);
			mark();
			peer.close();
			assert.match(stack.output,
			    /event=stopped unanswered=0 limit_reached=no/);
		})));
}

test('SIGTERM answers held connects through a web server', () =>
	withStack({ front: 'lighttpd', options: { timeout: '600s' } },
	    async (stack) => {
		const client = await new Client(stack.http).join();
		const held = await client.hold();
		await stack.stopProcess();
		const [reply] = await held.replies();
		assert.equal(reply.successful, true);
		assert.equal(reply.advice.reconnect, 'retry');
		await stack.startProcess();
		await stack.answers();
		const [lost] = await client.connect();
		assert.equal(lost.error, '402::session_unknown');
		assert.equal(lost.advice.reconnect, 'handshake');
	}));

test('SIGTERM is not delayed by a peer that does not read', () =>
	withStack({}, async (stack) => {
		const peer = await fcgi.Peer.open(stack.fcgi, { paused: true });
		peer.socket.write(Buffer.concat(Array.from({ length: 20000 },
		    (none, i) => fcgi.conversation(i + 1, [{}]))));
		for (let i = 0; i < 20; i++)
			await assertServes(stack.fcgi);
		await stack.stopProcess();
		peer.close();
	}));

test('SIGHUP opens the log anew', () => withFolder(async (folder) => {
	const log = path.join(folder, 'log');
	await withStack({ options: { log_target: log, log_level: 'debug' } },
	    async (stack) => {
		const has = () => fs.existsSync(log) &&
		    fs.statSync(log).size > 0;
		await until(has, 'something is logged');
		fs.renameSync(log, `${log}.1`);
		await assertServes(stack.fcgi);
		assert.ok(!fs.existsSync(log));
		process.kill(stack.process.pid, 'SIGHUP');
		await until(async () => {
			await assertServes(stack.fcgi);
			return fs.existsSync(log);
		}, 'there is a new log');
	});
	assert.ok(fs.statSync(log).size > 0);
}));

test('a socket that is alive is not taken from its process', () =>
	withStack({}, async (stack) => {
		const second = run(optionArgs({
			listen: `unix:${stack.fcgi.path}` }));
		const { code, signal } = await second.exit;
		assert.equal(signal, null);
		assert.ok(code > 0);
		assert.notEqual(second.output, '');
		second.assertClean();
		await assertServes(stack.fcgi);
	}));

test('the socket of a dead process is replaced', () =>
	withStack({}, async (stack) => {
		await stack.killProcess('SIGKILL');
		assert.ok(fs.existsSync(stack.fcgi.path));
		await stack.startProcess();
		await assertServes(stack.fcgi);
	}));

test('what is no socket is not replaced', () =>
	withFolder(async (folder) => {
		const file = path.join(folder, 'file');
		fs.writeFileSync(file, 'precious');
		const child = run(optionArgs({ listen: `unix:${file}` }));
		const { code } = await child.exit;
		assert.ok(code > 0);
		child.assertClean();
		assert.equal(fs.readFileSync(file, 'utf8'), 'precious');
	}));

test('a TCP port that is taken is an error', () =>
	withStack({ listen: 'tcp' }, async (stack) => {
		await assertServes(stack.fcgi);
		const second = run(optionArgs({ listen: stack.socket }));
		assert.ok((await second.exit).code > 0);
		second.assertClean();
		await assertServes(stack.fcgi);
	}));

test('several sockets are served at once, by one engine', () =>
	withFolder(async (folder) => {
		const port = await freePort();
		const unix = ['a', 'b'].map((name) => path.join(folder, name));
		const child = run(optionArgs({ listen: [
			...unix.map((name) => `unix:${name}`),
			`127.0.0.1:${port}`
		], socket_mode: '0600' }));
		const addresses = [...unix.map((name) => ({ path: name })),
			{ port }];
		for (const address of addresses) {
			await listens(child, address);
			await assertServes(address);
		}
		assert.equal(fs.statSync(unix[0]).mode & 0o777, 0o600);
		const { peer } = await hold(addresses[0], 1);
		peer.close();
		await finish(child);
	}));

// Perl hands over sockets as systemd and spawn-fcgi do.  $^F keeps them open.
const opened = `
use Socket;
$^F = 9;
my $file = shift;
socket(my $sock, PF_UNIX, SOCK_STREAM, 0) or die $!;
bind($sock, sockaddr_un($file)) or die $!;
listen($sock, 5) or die $!;
`;

function inherit(script, socket) {
	return new Child('perl', ['-MPOSIX=dup2', '-e', `${opened}${script}
exec(@ARGV) or die $!;`, socket, ...command([])]);
}

test('without listen the socket is descriptor 0', () =>
	withFolder(async (folder) => {
		const socket = path.join(folder, 'sock');
		const child = inherit('dup2(fileno($sock), 0);', socket);
		await listens(child, { path: socket });
		await assertServes({ path: socket });
		await finish(child);
	}));

test('without listen the sockets may be those of systemd', () =>
	withFolder(async (folder) => {
		const socket = path.join(folder, 'sock');
		const child = inherit(`
fileno($sock) == 3 or dup2(fileno($sock), 3);
$ENV{LISTEN_PID} = $$;
$ENV{LISTEN_FDS} = 1;`, socket);
		await listens(child, { path: socket });
		await assertServes({ path: socket });
		await finish(child);
	}));

test('without any socket it says so and exits', async () => {
	const child = run([]);
	const { code, signal } = await child.exit;
	assert.equal(signal, null);
	assert.ok(code > 0);
	assert.notEqual(child.output, '');
	child.assertClean();
});

// The scheduling policy of a process: SCHED_OTHER is 0, SCHED_BATCH 3,
// SCHED_IDLE 5.
function policyOf(pid) {
	const stat = fs.readFileSync(`/proc/${pid}/stat`, 'latin1');
	return Number(stat.replace(/^.*\) /, '').split(' ')[38]);
}

function policyUnder(line) {
	return withFolder(async (folder) => {
		const socket = path.join(folder, 'sock');
		const child = new Child(line[0], [...line.slice(1),
			...command(optionArgs({ listen: `unix:${socket}` }))]);
		await listens(child, { path: socket });
		const policy = policyOf(child.pid);
		await finish(child);
		return policy;
	});
}

test('it interrupts nobody, unless it was given a policy',
    { skip: policyOf(process.pid) !== 0 }, async () => {
	assert.equal(await policyUnder(['env']), 3);
	// Who is idle may have to wait for long, the more so under valgrind.
	if (wrapper.length === 0)
		assert.equal(await policyUnder(['chrt', '--idle', '0']), 5);
});

// Valgrind keeps what it runs to the limit it was started with.
test('a low limit of open files is raised',
    { skip: /valgrind/.test(wrapper[0]) }, () =>
	withFolder(async (folder) => {
		const socket = path.join(folder, 'sock');
		const line = command(optionArgs({ listen: `unix:${socket}` }));
		const child = new Child('sh',
		    ['-c', 'ulimit -S -n 64; exec "$@"', 'sh', ...line]);
		await listens(child, { path: socket });
		const peers = await Promise.all(Array.from({ length: 300 },
		    () => fcgi.Peer.open({ path: socket })));
		for (const peer of peers) {
			const [reply] = await peer.send(1, [{}]);
			assert.equal(reply.error, '400::channel_missing');
		}
		for (const peer of peers)
			peer.close();
		await finish(child);
	}));

// Whose connection has been accepted gets an answer to this.
async function ask(peer) {
	await peer.write(fcgi.record(fcgi.GET_VALUES, 0,
	    fcgi.pairs({ FCGI_MAX_CONNS: '' })));
}

function answered(peers) {
	return peers.filter((peer) => peer.records.has(0)).length;
}

// Who has asked nothing is cut off after half a minute, and who has its answer
// may have to make room after a second.
test('what is more than the descriptors allow waits, for however long',
    { skip: /valgrind/.test(wrapper[0]) }, () => inTime(30000, (mark) =>
	withFolder(async (folder) => {
		const address = { path: path.join(folder, 'socket') };
		const line = command(optionArgs({ timeout: '600s',
			listen: `unix:${address.path}` }));
		const child = new Child('sh',
		    ['-c', 'ulimit -n 100; exec "$@"', 'sh', ...line]);
		await listens(child, address);
		const { peer } = await hold(address, 1);
		await holdFor(peer, 2, 3000);
		await ask(peer);
		const { content } = await peer.record(0,
		    fcgi.GET_VALUES_RESULT);
		const most = Number(/\d+$/.exec(content.toString('latin1')));
		assert.ok(most > 10 && most < 100, `${most} connections`);
		mark();
		const peers = [peer, ...await Promise.all(Array.from(
		    { length: 150 }, () => fcgi.Peer.open(address)))];
		await Promise.all(peers.slice(1).map(ask));
		await until(() => answered(peers) >= most, 'it is full');
		// Whenever it tries again, it has done so until a hold ends.
		await peer.answer(2);
		mark(3000);
		assert.equal(answered(peers), most);
		peers.find((one) => one !== peer && one.records.has(0)).close();
		await until(() => answered(peers) > most, 'one more enters');
		await finish(child);
		mark();
		assert.equal(answered(peers), most + 1);
		for (const one of peers)
			one.close();
	})));

test('a burst of connections while the process stands still is not lost',
    () => withStack({}, async (stack) => {
	process.kill(stack.process.pid, 'SIGSTOP');
	try {
		const peers = await Promise.all(Array.from({ length: 1000 },
		    () => fcgi.Peer.open(stack.fcgi)));
		process.kill(stack.process.pid, 'SIGCONT');
		for (const peer of peers) {
			const [reply] = await peer.send(1, [{}]);
			assert.equal(reply.error, '400::channel_missing');
			peer.close();
		}
	} finally {
		process.kill(stack.process.pid, 'SIGCONT');
	}
}));

test('max_connections_per_address is 503 with a JSON body', () =>
	withStack({ options: { timeout: '600s',
		max_connections_per_address: 3 } }, async (stack) => {
		const { peer, ids } = await hold(stack.fcgi, 2);
		const third = fcgi.conversation(20, [{}]);
		await peer.write(third.subarray(0, third.length - 8));
		await peer.write(fcgi.conversation(10, [{}]));
		const { response } = await peer.answer(10);
		assert.equal(response.status, 503);
		assert.match(response.header('Content-Type'),
		    /^application\/json/);
		assert.ok(!Array.isArray(response.json));
		await peer.send(9, [{}],
		    { more: { REMOTE_ADDR: '192.0.2.1' } });
		await peer.write(third.subarray(third.length - 8));
		assert.equal((await peer.answer(20)).response.status, 200);
		await peer.send(10, [{}]);
		assert.ok(ids.every((id) => !peer.hasEnded(id)));
		peer.close();
	}));

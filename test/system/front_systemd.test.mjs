// front_systemd.test.mjs - conf-examples/bayeux-fcgi.{socket,service}.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { types } from './support/bayeux.mjs';
import { exchange } from './support/fastcgi.mjs';
import { Child, program, scratchFolder, tree } from './support/stack.mjs';
import { until } from './support/wait.mjs';

const has = (tool) => !spawnSync(tool, ['--version']).error;
const analyze = { skip: !has('systemd-analyze') && 'no systemd-analyze here' };
const activate = { skip: !has('systemd-socket-activate') &&
	'no systemd-socket-activate here' };

let folder;
let service;
let socket;
before(() => {
	folder = scratchFolder();
	const read = (name) => fs.readFileSync(
	    path.join(tree, 'conf-examples', name), 'utf8');
	service = path.join(folder, 'bayeux-fcgi.service');
	socket = path.join(folder, 'bayeux-fcgi.socket');
	const parts = read('bayeux-fcgi.service')
	    .split('\nExecStart=/usr/local/sbin/bayeux-fcgi ');
	assert.equal(parts.length, 2);
	// What systemd checks is that the program is there.
	fs.writeFileSync(service, parts.join('\nExecStart=/bin/true '));
	fs.writeFileSync(socket, read('bayeux-fcgi.socket'));
});
after(() => fs.rmSync(folder, { recursive: true, force: true }));

// What holds for the process, in the units' own words; later lines of a key
// that is a list add to it, and others replace it.
function directives() {
	const found = new Map();
	for (const line of fs.readFileSync(service, 'utf8').split('\n')) {
		const match = /^(\w+)=(.*)$/.exec(line);
		if (match)
			found.set(match[1], [...found.get(match[1]) || [],
				match[2]]);
	}
	return found;
}

test('the service gives up what it does not need', () => {
	const found = directives();
	const yes = ['DynamicUser', 'PrivateNetwork', 'NoNewPrivileges',
		'LockPersonality', 'MemoryDenyWriteExecute', 'PrivateDevices',
		'PrivateTmp', 'PrivateUsers', 'ProtectClock',
		'ProtectControlGroups', 'ProtectHome', 'ProtectHostname',
		'ProtectKernelLogs', 'ProtectKernelModules',
		'ProtectKernelTunables', 'RemoveIPC', 'RestrictNamespaces',
		'RestrictRealtime', 'RestrictSUIDSGID'];
	for (const key of yes)
		assert.deepEqual(found.get(key), ['yes'], key);
	for (const [key, value] of Object.entries({
		AmbientCapabilities: '',
		CapabilityBoundingSet: '',
		IPAddressDeny: 'any',
		ProcSubset: 'pid',
		ProtectProc: 'invisible',
		ProtectSystem: 'strict',
		RestrictAddressFamilies: 'AF_UNIX',
		SystemCallArchitectures: 'native',
		UMask: '0077'
	}))
		assert.deepEqual(found.get(key), [value], key);
	assert.deepEqual(found.get('SystemCallFilter'),
	    ['@system-service', '~@privileged @resources']);
});

test('the service is started again when it was killed', () => {
	const found = directives();
	assert.deepEqual(found.get('Restart'), ['on-failure']);
	assert.equal(found.get('ReadWritePaths'), undefined);
	assert.deepEqual(found.get('LogsDirectory'), ['bayeux-fcgi']);
});

function systemdAnalyze(...args) {
	const { status, stdout, stderr } = spawnSync('systemd-analyze', args,
	    { encoding: 'utf8', env: { ...process.env, LC_ALL: 'C.UTF-8' } });
	return { status, output: stdout + stderr };
}

test('systemd finds nothing to say about the units', analyze, () => {
	const { status, output } = systemdAnalyze('verify', '--man=no',
	    service, socket);
	assert.equal(status, 0, output);
	assert.doesNotMatch(output, /bayeux-fcgi/);
});

test('the service may do little: an exposure below 2.0', analyze, () => {
	const { status, output } = systemdAnalyze('security',
	    '--offline=yes', '--threshold=20', service);
	assert.equal(status, 0, output);
	assert.match(output, /Overall exposure level/);
});

test('the socket that systemd opened is served', activate, async () => {
	const listen = path.join(folder, 'bayeux.sock');
	const child = new Child('systemd-socket-activate',
	    [`--listen=${listen}`, program]);
	try {
		// Its path is there before it can be connected to.
		const reply = await until(() => child.ended ||
			exchange({ path: listen }, [{ id: '1', version: '1.0',
				channel: '/meta/handshake',
				supportedConnectionTypes: types }])
			    .catch(() => undefined), 'systemd listens');
		assert.equal(reply.json?.[0].successful, true, child.output);
		assert.deepEqual(await child.end('SIGTERM'),
		    { code: 0, signal: null }, child.output);
		assert.ok(fs.existsSync(listen),
		    'the socket stays for the next process');
	} finally {
		if (!child.ended)
			await child.end('SIGKILL');
	}
});

// plugin_load.test.mjs - plugins that load, and those that do not.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { Client } from './support/bayeux.mjs';
import { command, pluginFile, scratchFolder, shippedPlugin, startStack }
	from './support/stack.mjs';
import { patience } from './support/wait.mjs';

const odd = pluginFile('odd');
const probe = pluginFile('probe');

// What the program says that has text as its configuration, and a plugin
// that is odd in this way.  Served is an address that nobody may listen at, so
// a start that succeeded would fail all the same.
function tell(text, { how, args = [] } = {}) {
	const folder = scratchFolder();
	try {
		fs.writeFileSync(path.join(folder, 'a.conf'), text);
		const [first, ...rest] = command(['-c', 'a.conf', ...args,
			'-o', 'listen=unix:/nonexistent/a.sock']);
		const env = { ...process.env };
		if (how)
			env.ODD_PLUGIN = how;
		const { status, stdout, stderr } = spawnSync(first, rest,
		    { encoding: 'utf8', timeout: patience, cwd: folder, env });
		return { status, stdout, stderr };
	} finally {
		fs.rmSync(folder, { recursive: true });
	}
}

test('a plugin that does not fit keeps the process from starting', () => {
	const config = `timeout = 1s
		plugin "o" {
			path = "${odd}"
		}`;
	for (const [how, message] of [
		['major', /^it is of major version 2, and this server takes 1$/],
		['minor', /^it is of version 1\.2, newer than this server's 1\.1$/],
		['large', /^its size, \d+, is none of struct bx_plugin$/],
		['cut', /^its size, \d+, is none of struct bx_plugin$/],
		['nameless', /^it has no name$/],
	]) {
		for (const args of [[], ['-t'], ['-t', '-T']]) {
			const { status, stdout, stderr } = tell(config,
			    { how, args });
			assert.deepEqual({ status, stdout },
			    { status: 1, stdout: '' });
			const begin = 'a.conf:3: plugin "o": ';
			assert.ok(stderr.startsWith(begin), stderr);
			assert.match(stderr.slice(begin.length, -1), message);
		}
	}
});

test('what is no plugin keeps the process from starting', () => {
	for (const [text, message] of [
		['path = "/nonexistent/a.so"',
			/^a\.conf:1: plugin "o": \/nonexistent\/a\.so: .*No such file or directory\n$/],
		['path = "a.conf"',
			/^a\.conf:1: plugin "o": \.\/a\.conf: .*\n$/],
		['color = red', /^a\.conf:1: plugin "o": path is missing\n$/],
		[`path = "${odd}" } plugin "p" { path = "${odd}"`,
			/^a\.conf:1: plugin "p": it calls itself odd, and so does plugin "o"\n$/],
		[`path = "${odd}" } plugin "o" { path = "${odd}"`,
			/^a\.conf:1: plugin: there is one of this name already: 'o'\n$/],
	]) {
		for (const args of [[], ['-t']]) {
			const { status, stderr } = tell(`plugin "o" { ${text} }`,
			    { args });
			assert.equal(status, 1);
			assert.match(stderr, message);
		}
	}
});

test('a plugin that does not start keeps the process from it', () => {
	const unwilling = tell(`plugin "o" {\n\tpath = "${odd}"\n}`,
	    { how: 'unwilling' });
	assert.equal(unwilling.status, 1);
	assert.match(unwilling.stderr, /^\S+ error event=cannot_start error="a\.conf:2: plugin \\"o\\": it did not start, and may have logged why"\n/m);

	// Its keys reach it, and its log is the server's; those before it are
	// stopped.
	const config = `plugin "a" { path = "${odd}" }
		plugin "b" { path = "${probe}" fails = yes }`;
	const told = tell(config);
	assert.equal(told.status, 1);
	assert.match(told.stderr, /^\S+ error plugin=probe event=told_to_fail\n\S+ error event=cannot_start error="a\.conf:2: plugin \\"b\\": /m);
	// It is not asked to start when the configuration is tested.
	assert.deepEqual(tell(config, { args: ['-t'] }),
	    { status: 0, stdout: '', stderr: '' });
});

test('a relative path is so to the folder of the file', () => {
	const folder = scratchFolder();
	fs.mkdirSync(path.join(folder, 'conf/more'), { recursive: true });
	fs.copyFileSync(odd, path.join(folder, 'conf/odd.so'));
	fs.copyFileSync(probe, path.join(folder, 'conf/more/probe.so'));
	fs.writeFileSync(path.join(folder, 'conf/a.conf'),
	    'plugin "odd" { path = odd.so }\n' +
	    'plugin "probe" { path = "more/probe.so" }\n');
	for (const [cwd, file] of [[folder, 'conf/a.conf'],
		[path.join(folder, 'conf'), 'a.conf'],
		['/', path.join(folder, 'conf/a.conf')]]) {
		const [first, ...rest] = command(['-t', '-c', file]);
		const { status, stderr } = spawnSync(first, rest,
		    { encoding: 'utf8', timeout: patience, cwd });
		assert.deepEqual({ status, stderr }, { status: 0, stderr: '' });
	}
	fs.rmSync(folder, { recursive: true });
});

test('-T shows plugins as the file may have them', () => {
	const config = `plugin "odd" {
		path = "${odd}"
		text = "a \\"b\\" \\$c"  list = { 1, two }
	}
	plugin "b" { path = "x/b.so" }`;
	const shown = tell(config, { args: ['-T'] });
	assert.deepEqual({ status: shown.status, stderr: shown.stderr },
	    { status: 0, stderr: '' });
	assert.ok(shown.stdout.endsWith(`
plugin "odd" {
	path = "${odd}"  # a.conf:2
	text = "a \\"b\\" \\x24c"  # a.conf:3
	list = { "1", "two" }  # a.conf:3
}
plugin "b" {
	path = "./x/b.so"  # a.conf:5
}
`), shown.stdout);
});

test('-o sets no key of a plugin', () => {
	for (const key of ['plugin', 'plugin.odd.path', 'plugin|odd|path']) {
		const { status, stderr } = tell(
		    `plugin "odd" { path = "${odd}" }`,
		    { args: ['-t', '-o', `${key}=x`] });
		assert.equal(status, 1);
		assert.match(stderr,
		    /^command line: no such option "plugin[^"]*"/);
	}
});

// The odd plugin adds a field to each reply, with the last of its functions.
async function isMarked(how) {
	process.env.ODD_PLUGIN = how;
	try {
		const stack = await startStack({
			config: `plugin "odd" { path = "${odd}" }`
		});
		const reply = await new Client(stack.http).handshake();
		await stack.stop();
		assert.equal(reply.successful, true);
		assert.match(stack.output, /event=plugin plugin=odd\n/);
		return reply.odd === true;
	} finally {
		delete process.env.ODD_PLUGIN;
	}
}

test('an older plugin, which is shorter, is called as far as it goes',
    async () => {
	assert.equal(await isMarked('full'), true);
	assert.equal(await isMarked('short'), false);
	// Of 1.0; what stands behind it in memory would deny the handshake.
	assert.equal(await isMarked('old'), true);
});

test('a key that no plugin asks for is in the log, and so is a service taken',
    async () => {
	const stack = await startStack({ front: 'none', config: `
		plugin "probe" { path = "${probe}" fials = yes }
		plugin "a" { path = "${shippedPlugin('echo')}" }` });
	await stack.stop();
	assert.match(stack.output,
	    /warning event=key_not_read plugin=probe key=fials where=\S+:2\n/);
	assert.doesNotMatch(stack.output, /key=path/);

	// The example compiled by another name would serve the same.
	const { stderr } = tell(`
		plugin "a" { path = "${shippedPlugin('echo')}" }
		plugin "b" { path = "${odd}" }`, { how: 'greedy' });
	assert.match(stderr, /warning plugin=odd event=service_refused service=echo reason=taken\n/);
});

// options.test.mjs - the arguments, and what is written about the options.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { command, scratchFolder, tree } from './support/stack.mjs';
import { patience } from './support/wait.mjs';

// What the program says to args, when it does not stay to serve.
function ask(...args) {
	const [first, ...rest] = command(args);
	const { status, stdout, stderr } = spawnSync(first, rest,
	    { encoding: 'utf8', timeout: patience });
	return { status, stdout, stderr };
}

// What the program says when text is its configuration file.
function askFile(text, ...args) {
	const folder = scratchFolder();
	const file = path.join(folder, 'a.conf');
	try {
		fs.writeFileSync(file, text);
		const answer = ask('-c', file, ...args);
		answer.stdout = answer.stdout.replaceAll(folder, '');
		answer.stderr = answer.stderr.replaceAll(folder, '');
		return answer;
	} finally {
		fs.rmSync(folder, { recursive: true });
	}
}

function read(name) {
	return fs.readFileSync(path.join(tree, name), 'utf8');
}

// { key: value } of every match of pattern, and none of them twice.
function collect(text, pattern) {
	const found = {};
	for (const [, key, value] of text.matchAll(pattern)) {
		assert.ok(!(key in found), `${key} is there twice`);
		found[key] = value;
	}
	return found;
}

// From -h: every option with its default, undefined where it has none.
function documented() {
	const options = collect(ask('-h').stdout,
	    /^ {2}([a-z]\w*)(?: = (.*))?$/gm);
	assert.ok(Object.keys(options).length >= 36);
	return options;
}

// From -T: every option in force, with where it came from.
function inForce(...args) {
	const { status, stdout, stderr } = ask('-T', ...args);
	assert.deepEqual({ status, stderr }, { status: 0, stderr: '' });
	return collect(stdout, /^(\w+) = (.*)$/gm);
}

test('-h and -T have the same options and defaults', () => {
	const known = documented();
	const { stdout } = ask('-T');
	const values = collect(stdout, /^(\w+) = "?(.*?)"? {2}# default/gm);
	assert.deepEqual(values, known);
});

test('-h names every flag that the arguments may have', () => {
	const { status, stdout, stderr } = ask('-h');
	assert.deepEqual({ status, stderr }, { status: 0, stderr: '' });
	const flags = [...stdout.matchAll(/^ {2}-(\w) /gm)].map(([, f]) => f);
	assert.deepEqual(flags, ['c', 'o', 't', 'T', 'V', 'h']);
});

test('-V tells the version and how it was built', () => {
	const { status, stdout, stderr } = ask('-V');
	assert.deepEqual({ status, stderr }, { status: 0, stderr: '' });
	assert.match(stdout, /^bayeux-fcgi \d+\.\d+\.\d+\n/);
	for (const what of ['compiler', 'sanitizers', 'libev', 'libconfuse'])
		assert.match(stdout, new RegExp(`^${what}: \\S`, 'm'));
});

test('the example names every option with its true default', () => {
	const text = read('conf-examples/bayeux-fcgi.conf');
	const known = documented();
	const shown = collect(text, /^#([a-z]\w*) = (.*)$/gm);
	for (const [key, value] of Object.entries(known)) {
		if (value !== undefined)
			assert.equal(shown[key], value, key);
		else
			assert.match(text, new RegExp(`^# .*\\b${key}\\b`, 'm'));
	}
	for (const key of Object.keys(shown))
		assert.ok(key in known, `${key} is no option`);
});

test('the example changes nothing, commented out or in', () => {
	const file = path.join(tree, 'conf-examples/bayeux-fcgi.conf');
	const defaults = inForce();
	assert.deepEqual(inForce('-c', file), defaults);

	const { status, stdout, stderr } = askFile(
	    fs.readFileSync(file, 'utf8').replace(/^#(?=[a-z]\w* = )/gm, ''),
	    '-T');
	assert.deepEqual({ status, stderr }, { status: 0, stderr: '' });
	const values = (text) => collect(text, /^(\w+) = (.*?) {2}#/gm);
	assert.deepEqual(values(stdout), values(ask('-T').stdout));
	assert.match(stdout, /^timeout = 30s {2}# \/a\.conf:\d+$/m);
});

test('bayeux-fcgi.conf(5) has every option with its default', () => {
	const shown = collect(read('fcgi/bayeux-fcgi.conf.5'),
	    /^\.It Ic (\w+)(?: = (.*))?$/gm);
	delete shown.plugin;
	assert.deepEqual(shown, documented());
});

test('bayeux-fcgi.conf(5) has every range as -h has it', () => {
	const help = ask('-h').stdout.replace(/\s+/g, ' ');
	const page = read('fcgi/bayeux-fcgi.conf.5');
	const [, ...items] = page.split(/^\.It Ic /m);
	let checked = 0;
	for (const item of items) {
		const key = item.match(/^\w+/)[0];
		const range = item.match(/^From (\w+) to (\w+)\.$/m);
		if (!range)
			continue;
		const own = help.split(` ${key} = `)[1].split(' = ')[0];
		assert.ok(own.includes(` From ${range[1]} to ${range[2]}.`),
		    `${key}: ${range[0]}`);
		checked++;
	}
	assert.ok(checked >= 10, `${checked} ranges`);
});

// From -h: the keys of a channel block.
function blockKeys() {
	const keys = [...ask('-h').stdout.matchAll(/^ {4}([a-z]\w*)$/gm)]
	    .map(([, key]) => key);
	assert.ok(keys.length >= 3);
	return keys;
}

test('the example shows every key of a channel block, and -T prints it',
    () => {
	const text = read('conf-examples/bayeux-fcgi.conf');
	const blocks = [...text.matchAll(/^#channel "[^]*?^#}$/gm)]
	    .map(([block]) => block.replace(/^#/gm, '')).join('\n');
	const keys = [...blocks.matchAll(/^\t(\w+) = /gm)]
	    .map(([, key]) => key);
	assert.deepEqual([...new Set(keys)], blockKeys());
	const { status, stdout, stderr } = askFile(blocks, '-T');
	assert.deepEqual({ status, stderr }, { status: 0, stderr: '' });
	assert.ok(stdout.endsWith(`${blocks.split('\n').map((line, i) =>
	    line === '}' ? line : `${line}  # /a.conf:${i + 1}`)
	    .join('\n')}\n`), stdout);
});

test('bayeux-fcgi.conf(5) has every key of a channel block', () => {
	assert.deepEqual([...read('fcgi/bayeux-fcgi.conf.5')
	    .matchAll(/^\.It Cm (\w+)$/gm)].map(([, key]) => key),
	blockKeys());
});

test('-t tells what is wrong with a channel block, and where', () => {
	for (const [text, error] of [
		['channel "/a/**/b" { }', 'a.conf:1: channel: "/a/**/b" is ' +
		    'no channel, such as "/a/b", and no pattern, such as ' +
		    '"/a/*" or "/a/**"'],
		['channel "/a" {\n\tlasy = yes\n}', 'a.conf:2: channel: a ' +
		    'block has no option "lasy"; did you mean "lazy"?'],
		['channel "/a" { }\n\nchannel "/a" { }', 'a.conf:3: ' +
		    'channel: "/a" has a block already, at /a.conf:1']])
		assert.deepEqual(askFile(text, '-t'), { status: 1, stdout: '',
			stderr: `/${error}\n` });
});

test('bayeux-fcgi(8) has every flag', () => {
	const shown = [...read('fcgi/bayeux-fcgi.8')
	    .matchAll(/^\.It Fl (\w)/gm)].map(([, flag]) => flag);
	const flags = [...ask('-h').stdout.matchAll(/^ {2}-(\w) /gm)]
	    .map(([, flag]) => flag);
	assert.deepEqual(shown, flags);
});

test('-t says nothing about what is right', () => {
	assert.deepEqual(ask('-t'), { status: 0, stdout: '', stderr: '' });
	assert.deepEqual(askFile('timeout = 2s # soon\n', '-t'),
	    { status: 0, stdout: '', stderr: '' });
});

test('-t tells file, line and message of what is wrong', () => {
	assert.deepEqual(askFile('# a\n\ntimout = 2s\n', '-t'), {
		status: 1,
		stdout: '',
		stderr: '/a.conf:3: no such option "timout"; ' +
		    'did you mean "timeout"?\n',
	});
	assert.deepEqual(ask('-t', '-c', '/nonexistent/a.conf'), {
		status: 1,
		stdout: '',
		stderr: '/nonexistent/a.conf: No such file or directory\n',
	});
});

test('without -t too nothing is served with a wrong configuration', () => {
	for (const flags of [[], ['-T']]) {
		const { status, stdout, stderr } = ask(...flags,
		    '-o', 'max_channel_depth=0');
		assert.deepEqual({ status, stdout }, { status: 1, stdout: '' });
		assert.equal(stderr, 'command line: max_channel_depth: "0" ' +
		    'is not in the range 1 to 128\n');
	}
});

test('-o goes over the file wherever it stands', () => {
	const { stdout } = askFile('timeout = 1s\nmount = /a\n',
	    '-o', 'timeout=2s', '-T', '-o', ' interval = 5ms');
	assert.match(stdout, /^timeout = 2s {2}# command line$/m);
	assert.match(stdout, /^interval = 5ms {2}# command line$/m);
	assert.match(stdout, /^mount = "\/a" {2}# \/a\.conf:2$/m);
	assert.match(stdout, /^max_batch = 1000 {2}# default$/m);
});

test('of a list the first -o replaces and the next add', () => {
	const file = 'listen = { "unix:/a", "b:1" }\n';
	const listen = (...args) =>
	    askFile(file, '-T', ...args).stdout.match(/^listen = (.*)$/m)[1];
	assert.equal(listen(), '{ "unix:/a", "b:1" }  # /a.conf:1');
	assert.equal(listen('-o', 'listen=c:2', '-o', 'listen=d:3'),
	    '{ "c:2", "d:3" }  # command line');
	assert.equal(listen('-o', 'listen='), '{}  # command line');
	assert.equal(listen('-o', 'listen=', '-o', 'listen=unix:/x=y'),
	    '{ "unix:/x=y" }  # command line');
});

test('-o that is no KEY=VALUE is refused', () => {
	for (const [argument, message] of [
		['timeout', '-o timeout: write KEY=VALUE'],
		['=1', 'no such option ""'],
		['timeuot=1s', 'no such option "timeuot"; ' +
		    'did you mean "timeout"?'],
		['x'.repeat(5000) + '=1', `no such option "${
		    'x'.repeat(119)}..."`],
		['timeout=\x1b[2J', 'timeout: "\\x1b[2J" is not a whole ' +
		    'number with a unit: ms, s, m or h'],
	]) {
		assert.deepEqual(ask('-t', '-o', argument), {
			status: 1,
			stdout: '',
			stderr: `command line: ${message}\n`,
		});
	}
});

test('options that do not go together are refused', () => {
	const file = 'browser_cookie_same_site = None\n';
	assert.equal(askFile(file, '-t').status, 0);
	assert.deepEqual(askFile(file, '-t', '-o', 'browser_cookie_secure=no'),
	    { status: 1, stdout: '', stderr: 'browser_cookie_secure: ' +
	    'no browser takes a cookie with ' +
	    'browser_cookie_same_site = None that is not secure\n' });
});

test('arguments that are not known show the usage', () => {
	for (const [args, message] of [
		[['-x'], 'no such flag: -x'],
		[['--help'], 'no such flag: --'],
		[['-c'], '-c takes an argument'],
		[['-t', '-o'], '-o takes an argument'],
		[['serve'], 'not understood: serve'],
		[['-t', '--', '-t'], 'not understood: -t'],
		[['--explain'], '--explain takes an argument'],
		[['--explain', '-', 'publish'], 'write: --explain USER ' +
		    'OPERATION CHANNEL'],
		[['--explain', '-', 'publish', '/a', '/b'], 'write: ' +
		    '--explain USER OPERATION CHANNEL'],
		[['--explain', '-', 'read', '/a'], '"read" is neither ' +
		    'subscribe nor publish nor create'],
		[['--explain', '-', 'publish', 'a'], '"a" is no channel'],
		[['--explain', '-', 'publish', '/a/*'], 'nothing is ' +
		    'published to a pattern'],
	]) {
		const { status, stdout, stderr } = ask(...args);
		assert.deepEqual({ status, stdout }, { status: 2, stdout: '' });
		assert.match(stderr, /^bayeux-fcgi: /);
		assert.ok(stderr.includes(message), stderr);
		assert.match(stderr, /\nusage: bayeux-fcgi \[-c FILE\]/);
	}
});

test('a log file that cannot be opened ends the start', () => {
	const { status, stderr } = ask('-o', 'log_target=/nonexistent/log');
	assert.equal(status, 1);
	assert.match(stderr, /\/nonexistent\/log: No such file or directory/);
});

test('printing to a full disk is no success',
    { skip: !fs.existsSync('/dev/full') && 'no /dev/full' }, () => {
	const [first, ...rest] = command(['-T']);
	const full = fs.openSync('/dev/full', 'w');
	const { status, stderr } = spawnSync(first, rest,
	    { encoding: 'utf8', stdio: ['ignore', full, 'pipe'] });
	fs.closeSync(full);
	assert.equal(status, 1);
	assert.match(stderr, /No space left on device/);
});

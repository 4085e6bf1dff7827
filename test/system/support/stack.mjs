// stack.mjs - the process, and a web server before it, in a scratch folder.
//
//   const stack = await startStack({ front: 'lighttpd',
//       options: { timeout: '2s' } });
//   ... stack.http is where the web server listens ({ port }) ...
//   await stack.stop();
//
// The environment says what is tested:
//   BAYEUX_FCGI          the program; default fcgi/bayeux-fcgi of the tree
//   BAYEUX_FCGI_WRAPPER  what it runs under, such as "valgrind --quiet"
//   BAYEUX_HTDOCS        the pages; default htdocs of the build or tree

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import fs from 'node:fs';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { Connection, request } from './raw.mjs';
import { asFinal, until, within } from './wait.mjs';

export const tree = fileURLToPath(new URL('../../../', import.meta.url))
    .replace(/\/$/, '');
export const program = process.env.BAYEUX_FCGI ||
    path.join(tree, 'fcgi/bayeux-fcgi');
// AddressSanitizer keeps what is freed for a while, and has an address space
// of its own.
export const isSanitized = fs.readFileSync(program).includes('__asan_init');
export const wrapper = (process.env.BAYEUX_FCGI_WRAPPER || '').split(/\s+/)
    .filter(Boolean);

export const htdocs = process.env.BAYEUX_HTDOCS ||
    [path.join(path.dirname(path.dirname(program)), 'htdocs'),
    path.join(tree, 'htdocs')]
	.find((folder) => fs.existsSync(path.join(folder, 'index.html'))) ||
    path.join(tree, 'htdocs');

// The file of a plugin that the tests bring along, beside the program.
export function pluginFile(name) {
	return path.join(path.dirname(path.dirname(program)),
	    `test/plugins/${name}.so`);
}

// The same for one that is shipped.
export function shippedPlugin(name) {
	return path.join(path.dirname(path.dirname(program)),
	    `conf-examples/plugins/${name}.so`);
}

// Whatever goes wrong, no child and no folder outlives the tests.
const children = new Set();
const folders = new Set();
export function killChildren() {
	for (const child of children)
		child.kill(child.lastSignal);
}
process.on('exit', () => {
	killChildren();
	for (const folder of folders)
		fs.rmSync(folder, { recursive: true, force: true });
});
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'])
	process.once(signal, () => process.exit(1));

// A program that runs: its output as text, and the promise of its end.
export class Child {
	constructor(file, args, { stdin = 'ignore', ...options } = {}) {
		this.output = '';
		this.child = spawn(file, args,
		    { ...options, stdio: [stdin, 'pipe', 'pipe'] });
		this.child.lastSignal = 'SIGKILL';
		children.add(this.child);
		for (const stream of [this.child.stdout, this.child.stderr])
			stream.on('data', (bytes) => { this.output += bytes; });
		this.exit = new Promise((resolve) => {
			this.child.on('close', (code, signal) => {
				children.delete(this.child);
				this.ended = { code, signal };
				resolve(this.ended);
			});
			this.child.on('error', (error) => {
				children.delete(this.child);
				this.output += `${error}\n`;
				this.ended = { code: -1, signal: null };
				resolve(this.ended);
			});
		});
	}

	get pid() {
		return this.child.pid;
	}

	// Send signal and wait for the end.
	async end(signal) {
		if (!this.ended)
			this.child.kill(signal);
		return within(this.exit, `the end of process ${this.pid}`);
	}

	// Fails when a sanitizer or valgrind has something to report.
	assertClean() {
		for (const faults of [
		    /ERROR: \w+Sanitizer|runtime error:|LeakSanitizer/,
		    /==\d+== (Invalid|Conditional jump|Use of unini|Syscall)/])
			if (faults.test(this.output))
				throw asFinal(new Error(this.output));
	}
}

// What to execute for the program with args: it may run under a wrapper.
export function command(args) {
	return [...wrapper, program, ...args];
}

// under: a command before that, such as ['prlimit', '--nofile=64'].
export function run(args, { under = [], ...options } = {}) {
	const [first, ...rest] = [...under, ...command(args)];
	return new Child(first, rest, options);
}

// The -o arguments of options; a list gives several.
export function optionArgs(options) {
	return Object.entries(options).flatMap(([key, value]) =>
	    [value].flat().flatMap((item) => ['-o', `${key}=${item}`]));
}

// A server that listens there and keeps nothing running; null: another does.
function listenAt(port) {
	return new Promise((resolve) => {
		const server = net.createServer().unref();
		server.on('error', () => resolve(null));
		server.listen(port, '127.0.0.1', () => resolve(server));
	});
}

// Below those that the system gives to clients, so that no connection of a test
// that runs at the same time can take it in between.  Nor can another test: who
// has a port also listens at one that is higher by so many, until its end.
const CLAIM = 10000;

export async function freePort() {
	for (;;) {
		const port = 10000 + Math.floor(Math.random() * CLAIM);
		if (!await listenAt(port + CLAIM))
			continue;
		const server = await listenAt(port);
		if (!server)
			continue;
		await new Promise((resolve) => server.close(resolve));
		return port;
	}
}

export function scratchFolder() {
	const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'bayeux-'));
	folders.add(folder);
	return folder;
}

async function accepts(address) {
	try {
		(await Connection.open(address)).close();
		return true;
	} catch {
		return false;
	}
}

class Stack {
	constructor(folder, front, options, { config, login, under }) {
		this.folder = folder;
		this.under = under;
		this.front = front;
		this.options = options;
		// A client that takes its time finds its connection there.
		this.frontEnv = { ...process.env, FRONT_KEEP: '3600' };
		this.headers = {};
		if (login) {
			const file = path.join(folder, 'htpasswd');
			fs.writeFileSync(file, login.users);
			this.frontEnv.FRONT_LOGIN = file;
			this.headers = login.headers;
		}
		this.config = [];
		if (config !== undefined) {
			const file = path.join(folder, 'bayeux-fcgi.conf');
			fs.writeFileSync(file, config);
			this.config = ['-c', file];
		}
		this.earlier = '';
	}

	// All that the process wrote, before and after restarts.
	get output() {
		return this.earlier + (this.process ? this.process.output : '');
	}

	get url() {
		return `http://127.0.0.1:${this.port}`;
	}

	// Connections to the socket of the process, as many as it has accepted
	// or, if they wait, as it has not.
	connections({ wait = false } = {}) {
		return fs.readFileSync('/proc/net/unix', 'utf8').split('\n')
		    .map((line) => line.trim().split(/\s+/))
		    .filter((field) => field[7] === this.socket &&
			field[5] === (wait ? '02' : '03')).length;
	}

	// Where the web server listens.
	get http() {
		return { port: this.port };
	}

	async startProcess() {
		const listen = this.fcgi.path ? `unix:${this.socket}` :
		    this.socket;
		this.process = run([...this.config,
			...optionArgs({ listen, ...this.options })],
		    { cwd: this.folder, under: this.under });
		await until(async () => {
			if (this.process.ended)
				throw new Error(`${program} ended at once ` +
				    `(${JSON.stringify(this.process.ended)})` +
				    `:\n${this.process.output}`);
			return accepts(this.fcgi);
		}, 'the process listens');
	}

	async startFront(maxHeld) {
		for (let attempt = 0; ; attempt++) {
			this.port = await freePort();
			this.server = this.spawnFront(maxHeld);
			const up = await until(() => this.server.ended ?
			    'ended' : accepts(this.http), 'the front listens');
			if (up !== 'ended')
				break;
			if (attempt === 2)
				throw new Error(`${this.front} ended at once` +
				    `:\n${this.server.output}`);
		}
		await this.answers();
	}

	spawnFront(maxHeld) {
		const scratch = path.join(this.folder, 'front');
		fs.mkdirSync(scratch, { recursive: true });
		const server = new Child(path.join(tree, 'test/support/front'),
		    [this.front, scratch, String(this.port), this.socket,
		    htdocs, ...(maxHeld ? [String(maxHeld)] : [])],
		    { env: this.frontEnv });
		// It has workers, who would stay if it could not tell them.
		server.child.lastSignal = 'SIGTERM';
		return server;
	}

	// Until a request through the front reaches the process.
	answers() {
		return until(async () => {
			try {
				const reply = await request(this.http,
				    { method: 'OPTIONS',
					headers: this.headers });
				return reply.status === 200;
			} catch {
				return false;
			}
		}, `the process answers through ${this.front}`);
	}

	// End the process with signal; its exit status is the caller's to see.
	async killProcess(signal) {
		const ended = await this.process.end(signal);
		this.process.assertClean();
		this.earlier += this.process.output;
		this.process = null;
		return ended;
	}

	// SIGTERM, which has to succeed, and a new process.
	async restartProcess() {
		await this.stopProcess();
		await this.startProcess();
		if (this.server)
			await this.answers();
	}

	async stopProcess() {
		const { code, signal } = await this.killProcess('SIGTERM');
		if (code !== 0)
			throw asFinal(new Error(
			    `ended by ${code ?? signal}: ${this.output}`));
	}

	async stop() {
		try {
			if (this.process)
				await this.stopProcess();
		} finally {
			if (this.process)
				await this.process.end('SIGKILL');
			if (this.server)
				await this.server.end('SIGTERM');
			fs.rmSync(this.folder,
			    { recursive: true, force: true });
		}
	}
}

// A web server that root starts runs as another user.
const webUserCan = process.getuid() === 0 ? { socket_mode: '0666' } : {};

/*
 * front: lighttpd, apache, nginx, or none for the process alone.
 * listen: 'unix', or 'tcp' when there is no front.
 * options: what is passed on with -o.  Without a word of theirs, sessions live
 *     however long a test takes from one request to the next.
 * config: the text of a configuration file; options go over it.
 * maxHeld: how many held requests the web server is set up for.
 * login: { users, headers }: lines of htpasswd that say who is let in by the
 *     web server, and the headers with which one of them is.
 * under: what the process is started by, a command and its first arguments.
 */
export async function startStack({ front = 'lighttpd', listen = 'unix',
    options = {}, config, maxHeld, login, under } = {}) {
	assert.ok(listen === 'unix' || front === 'none');
	const folder = scratchFolder();
	fs.chmodSync(folder, 0o755);
	const stack = new Stack(folder, front, {
		max_connections_per_address: 0, max_interval: '1h',
		...webUserCan, ...options
	}, { config, login, under });
	if (listen === 'tcp') {
		const port = await freePort();
		stack.socket = `127.0.0.1:${port}`;
		stack.fcgi = { port };
	} else {
		stack.socket = path.join(folder, 'fcgi.sock');
		stack.fcgi = { path: stack.socket };
	}
	try {
		await stack.startProcess();
		if (front !== 'none')
			await stack.startFront(maxHeld);
	} catch (error) {
		await stack.stop().catch(() => {});
		throw error;
	}
	return stack;
}

// front_script.test.mjs - test/support/front refuses what it cannot do.

import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { Child, htdocs, scratchFolder, tree } from './support/stack.mjs';
import { within } from './support/wait.mjs';

let folder;
before(() => {
	folder = scratchFolder();
	fs.chmodSync(folder, 0o755);
	fs.mkdirSync(path.join(folder, 'scratch'));
	for (const part of ['conf-examples', 'test/support'])
		fs.cpSync(path.join(tree, part), path.join(folder, part),
		    { recursive: true });
});
after(() => fs.rmSync(folder, { recursive: true, force: true }));

// It has to end by itself: nothing here gets as far as a web server.
async function refusal(...args) {
	const child = new Child(path.join(folder, 'test/support/front'), args,
	    { env: { ...process.env, FRONT_LOGIN: '/nowhere' } });
	try {
		const { code } = await within(child.exit, 'front to refuse');
		assert.equal(code, 1, child.output);
		return child.output;
	} finally {
		if (!child.ended)
			await child.end('SIGKILL');
	}
}

function args(kind, ...more) {
	return [kind, path.join(folder, 'scratch'), '1', '/nowhere.sock',
		htdocs, ...more];
}

test('too few arguments', async () => {
	assert.match(await refusal('nginx'), /usage/);
});

test('a web server that has no example', async () => {
	assert.match(await refusal(...args('thttpd')), /no such web server/);
});

test('more held requests than files may be open', async () => {
	assert.match(await refusal(...args('lighttpd', '40000')), /lighttpd/);
	assert.match(await refusal(...args('nginx', '40000')), /open files/);
});

const users = '/etc/bayeux-fcgi/htpasswd';

// One of the lines that are replaced, taken away and then doubled.
for (const [kind, example, line] of [
	['lighttpd', 'lighttpd.conf', 'server.port = 80'],
	['apache', 'httpd.conf', 'Listen 80'],
	['nginx', 'nginx.conf', 'pid /run/nginx.pid;'],
	['lighttpd', 'lighttpd.conf',
	    `#login# auth.backend.htpasswd.userfile = "${users}"`],
	['apache', 'httpd.conf', `#login# AuthUserFile "${users}"`],
	['nginx', 'nginx.conf', `#login# auth_basic_user_file ${users};`]
]) {
	const said = `not exactly one line: ${line.replace('#login# ', '')}`;
	test(`an example of ${kind} that has changed: ${line}`, async () => {
		const file = path.join(folder, 'conf-examples', example);
		const text = fs.readFileSync(file, 'utf8');
		assert.ok(text.includes(`${line}\n`));
		fs.writeFileSync(file, text.replace(`${line}\n`, '\n'));
		const none = await refusal(...args(kind));
		assert.ok(none.includes(said), none);
		fs.writeFileSync(file, text.replace(`${line}\n`,
		    `${line}\n${line}\n`));
		const two = await refusal(...args(kind));
		assert.ok(two.includes(said), two);
		fs.writeFileSync(file, text);
	});
}

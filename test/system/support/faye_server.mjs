// faye_server.mjs - the server of Faye, on a port that it prints.
//
// A process of its own, as it goes on caring for its sessions for a while.

import faye from 'faye';
import http from 'node:http';

const server = http.createServer();
new faye.NodeAdapter({ mount: '/bayeux', timeout: 20 }).attach(server);
server.listen(0, '127.0.0.1', () => console.log(server.address().port));

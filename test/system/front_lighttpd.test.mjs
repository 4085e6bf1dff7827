// front_lighttpd.test.mjs - conf-examples/lighttpd.conf before the process.

import { frontCases } from './support/front_cases.mjs';
import { loginCases } from './support/login_cases.mjs';

// On the first request of a connection lighttpd does not look whether its
// client is still there; afterwards it does.
frontCases('lighttpd', { gone: ['close', 'abort'] });
loginCases('lighttpd');

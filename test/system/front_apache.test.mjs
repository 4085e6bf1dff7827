// front_apache.test.mjs - conf-examples/httpd.conf before the process.

import { frontCases } from './support/front_cases.mjs';
import { loginCases } from './support/login_cases.mjs';

// Apache never tells that a client has gone; what holds then is that the
// client's next connect takes over.
frontCases('apache', { gone: [] });
loginCases('apache');

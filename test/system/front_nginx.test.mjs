// front_nginx.test.mjs - conf-examples/nginx.conf before the process.

import { frontCases } from './support/front_cases.mjs';
import { loginCases } from './support/login_cases.mjs';

frontCases('nginx', { gone: ['close', 'abort'] });
loginCases('nginx');

// Loaded into every Node process of an install: any host but the npm registry cannot be found, and each try is written down.
const { appendFileSync } = require('node:fs');
const dns = require('node:dns');
const net = require('node:net');

const allowed = new Set(process.env.ALLOWED_HOSTS.split(','));
const lookup = dns.lookup;

dns.lookup = function only(host, ...rest) {
  if (allowed.has(host) || net.isIP(host)) return lookup.call(this, host, ...rest);
  appendFileSync(process.env.REFUSED_HOSTS, `${host}: ${process.argv.slice(1).join(' ')}\n`);
  const error = Object.assign(new Error(`${host} is out of reach in this test`), { code: 'ENOTFOUND', hostname: host });
  process.nextTick(rest.at(-1), error);
};

import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer as createHttpServer } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import { type AddressInfo, connect, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { afterAll, describe, expect, it } from 'vitest';

const folder = mkdtempSync(join(tmpdir(), 'r1-tls-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** A key and a certificate of its own for localhost, or undefined where there is no openssl. */
function certificate(): { key: string; cert: string } | undefined {
  const [key, cert] = [join(folder, 'key.pem'), join(folder, 'cert.pem')];
  const request = ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2', '-subj', '/CN=localhost'];
  try {
    execFileSync('openssl', [...request, '-addext', 'subjectAltName=DNS:localhost', '-keyout', key, '-out', cert], {
      stdio: 'ignore',
    });
    return { key, cert };
  } catch {
    console.warn('SKIPPED: there is no openssl, so the tunnel through a proxy is not tested.');
    return undefined;
  }
}

const listen = (server: Server): Promise<number> =>
  new Promise((resolve) => server.listen(0, 'localhost', () => resolve((server.address() as AddressInfo).port)));

const files = certificate();
describe.skipIf(!files)('an https site behind a proxy', () => {
  it('is reached through a tunnel, and its certificate is checked', async () => {
    const site = createHttpsServer({ key: readFileSync(files!.key), cert: readFileSync(files!.cert) }, (_, response) =>
      response.end('secret'),
    );
    const tunnels: string[] = [];
    const proxy = createHttpServer();
    proxy.on('connect', (request, socket) => {
      tunnels.push(`${request.url} ${request.headers['proxy-authorization'] ?? ''}`);
      const [host, port] = request.url!.split(':');
      const onward = connect(Number(port), host!, () => {
        socket.write('HTTP/1.1 200 ok\r\n\r\n');
        onward.pipe(socket).pipe(onward);
      });
      for (const end of [socket, onward]) end.on('error', () => undefined);
    });
    const [sitePort, proxyPort] = [await listen(site), await listen(proxy)];
    const script = `
      import { ask, readText } from ${JSON.stringify(new URL('../../../dist/models/pull/http.js', import.meta.url).href)};
      const env = (name) => (name === 'HTTPS_PROXY' ? 'http://user:pw@localhost:${proxyPort}' : undefined);
      const answer = await ask(new URL('https://localhost:${sitePort}/file'), { env, stallMs: 5000 });
      process.stdout.write(answer.status + ' ' + (await readText(answer, 1000)));
      process.exit(0);`;
    const run = (env: Record<string, string>) =>
      execa(process.execPath, ['--input-type=module', '-e', script], { env, reject: false });
    const trusted = await run({ NODE_EXTRA_CA_CERTS: files!.cert });
    expect(trusted.stdout).toBe('200 secret');
    expect(tunnels).toEqual([`localhost:${sitePort} Basic ${Buffer.from('user:pw').toString('base64')}`]);
    const untrusted = await run({});
    expect(untrusted.exitCode).not.toBe(0);
    expect(untrusted.stderr).toContain('self-signed certificate');
    for (const server of [site, proxy]) {
      server.closeAllConnections();
      server.close();
    }
  });
});

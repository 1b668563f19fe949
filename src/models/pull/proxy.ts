import http from 'node:http';
import https from 'node:https';
import type { Duplex } from 'node:stream';
import tls from 'node:tls';

export type Environment = (name: string) => string | undefined;

/** The proxy that the usual variables name for an address, or undefined. Lower case wins, as in curl. */
export function proxyFor(url: URL, env: Environment): URL | undefined {
  if (isExempt(url, env('no_proxy') ?? env('NO_PROXY') ?? '')) return undefined;
  const scheme = url.protocol.slice(0, -1);
  const named = env(`${scheme}_proxy`) ?? env(`${scheme.toUpperCase()}_PROXY`) ?? env('all_proxy') ?? env('ALL_PROXY');
  if (!named) return undefined;
  return new URL(named.includes('://') ? named : `http://${named}`);
}

/** `NO_PROXY`: host names and domains, with or without a leading dot, or `*`. */
function isExempt({ hostname }: URL, list: string): boolean {
  return list
    .split(',')
    .map((entry) => entry.trim().replace(/^\*?\./, ''))
    .some((entry) => entry === '*' || (entry !== '' && (hostname === entry || hostname.endsWith(`.${entry}`))));
}

const authorization = ({ username, password }: URL): Record<string, string> => {
  if (!username) return {};
  const pair = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`;
  return { 'proxy-authorization': `Basic ${Buffer.from(pair).toString('base64')}` };
};

/** Options that send a request to `url` through `proxy`: absolute addresses for http, a tunnel for https. */
export function throughProxy(url: URL, proxy: URL): http.RequestOptions {
  if (url.protocol === 'https:') return { agent: new TunnelAgent(proxy) };
  return {
    host: proxy.hostname,
    port: proxy.port || 80,
    path: url.href,
    headers: { host: url.host, ...authorization(proxy) },
  };
}

class TunnelAgent extends https.Agent {
  constructor(private readonly proxy: URL) {
    super({ keepAlive: false });
  }

  override createConnection(
    options: https.AgentOptions & { host?: string; port?: number | string; servername?: string },
    callback: (error: Error | null, stream: Duplex) => void,
  ): undefined {
    const target = `${options.host}:${options.port}`;
    const { hostname, port } = this.proxy;
    const headers = { host: target, ...authorization(this.proxy) };
    const connect = http.request({ host: hostname, port: port || 80, method: 'CONNECT', path: target, headers });
    connect.once('connect', (response, socket) => {
      if (response.statusCode === 200)
        return callback(
          null,
          tls.connect({ ...options, socket, servername: options.servername ?? options.host ?? '' }),
        );
      socket.destroy();
      callback(new Error(`the proxy ${hostname} answered ${response.statusCode}`), socket);
    });
    connect.once('error', (error) => callback(error, undefined as unknown as Duplex));
    connect.end();
    return undefined;
  }
}

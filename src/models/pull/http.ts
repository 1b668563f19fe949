import http from 'node:http';
import https from 'node:https';
import { type Environment, proxyFor, throughProxy } from './proxy.js';

export type Answer = {
  status: number;
  headers: http.IncomingHttpHeaders;
  body: http.IncomingMessage;
};

export type AskOptions = {
  headers?: Record<string, string>;
  env: Environment;
  /** A server that is silent for so long is taken for gone, ms. */
  stallMs: number;
  signal?: AbortSignal | undefined;
};

const MAX_REDIRECTS = 6;

/** GET, following redirects. Credentials are not sent on to other hosts. Rejects when the server cannot be reached or is silent. */
export async function ask(url: URL, options: AskOptions): Promise<Answer> {
  let at = url;
  let headers = options.headers ?? {};
  for (let hop = 0; hop <= MAX_REDIRECTS; hop++) {
    const body = await send(at, headers, options);
    const status = body.statusCode ?? 0;
    const { location } = body.headers;
    if (status < 300 || status >= 400 || location === undefined) return { status, headers: body.headers, body };
    body.resume();
    const next = new URL(location, at);
    if (next.origin !== at.origin) headers = withoutCredentials(headers);
    at = next;
  }
  throw new Error(`more than ${MAX_REDIRECTS} redirects from ${url.href}`);
}

function withoutCredentials(headers: Record<string, string>): Record<string, string> {
  const secret = ['authorization', 'cookie'];
  return Object.fromEntries(Object.entries(headers).filter(([name]) => !secret.includes(name.toLowerCase())));
}

function send(url: URL, headers: Record<string, string>, options: AskOptions): Promise<http.IncomingMessage> {
  if (url.protocol !== 'https:' && url.protocol !== 'http:')
    throw new Error(`the address ${url.href} is not http or https`);
  const proxy = proxyFor(url, options.env);
  const detour = proxy ? throughProxy(url, proxy) : {};
  const client = url.protocol === 'https:' ? https : http;
  return new Promise((resolve, reject) => {
    const request = client.get(url, {
      ...detour,
      headers: { 'user-agent': 'r1-tune', ...headers, ...detour.headers },
      timeout: options.stallMs,
      ...(options.signal ? { signal: options.signal } : {}),
    });
    const stalled = (): void =>
      void request.destroy(new Error(`${url.host} was silent for ${options.stallMs / 1000} s`));
    request.once('timeout', stalled);
    request.once('error', reject);
    request.once('response', resolve);
  });
}

/** The whole body of an answer as text, up to a limit. */
export async function readText({ body }: Answer, maxBytes: number): Promise<string> {
  const chunks: Buffer[] = [];
  let total = 0;
  for await (const chunk of body) {
    chunks.push(chunk as Buffer);
    total += (chunk as Buffer).length;
    if (total > maxBytes) throw new Error(`the answer is longer than ${maxBytes} bytes`);
  }
  return Buffer.concat(chunks).toString('utf8');
}

import { createHash } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** What the site does wrong. Each is off unless set. */
export type Faults = {
  /** Cuts the connection after so many bytes of an answer, for the first `times` file requests. */
  cut?: { afterBytes: number; times: number };
  /** Answers with this status, for the first `times` file requests. */
  status?: { code: number; times: number; retryAfter?: string };
  /** Goes silent in the middle of the first `times` answers. */
  stall?: { times: number };
  /** Ignores Range and answers with the whole file. */
  noRanges?: boolean;
  /** The length that file answers claim for the whole file. */
  claimedBytes?: number;
  /** Changes one byte of the content. */
  wrongByte?: boolean;
  /** Sends the file from another host name, as a site with a CDN does. */
  redirect?: boolean;
  /** Sends more than was asked for. */
  extraBytes?: number;
};

export type SeenRequest = { path: string; range: string | undefined; authorization: string | undefined; host: string };

/** A local site with one repository, `owner/name`, that speaks the layouts of Hugging Face and ModelScope. */
export class HubServer {
  readonly seen: SeenRequest[] = [];
  faults: Faults = {};
  #server!: Server;
  readonly #left = new Map<string, number>();

  constructor(
    readonly files: Record<string, Buffer>,
    /** Hash that the listing states instead of the right one. */
    readonly listedHashes: Record<string, string> = {},
  ) {}

  async start(): Promise<void> {
    this.#server = createServer((request, response) => this.#answer(request, response));
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  get endpoint(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  /** Requests for file content, without the one-byte question whether parts are served. */
  get fileRequests(): SeenRequest[] {
    return this.seen.filter(({ path, range }) => /\/resolve\/|\/cdn\/|FilePath=/.test(path) && range !== 'bytes=0-0');
  }

  set(faults: Faults): void {
    this.faults = faults;
    this.#left.clear();
    this.seen.length = 0;
  }

  #answer(request: IncomingMessage, response: ServerResponse): void {
    const { pathname, searchParams } = new URL(request.url!, this.endpoint);
    const { range, authorization, host } = request.headers;
    this.seen.push({ path: request.url!, range, authorization, host: host ?? '' });
    if (pathname === '/api/models/owner/name/tree/main')
      json(response, this.#tree(searchParams), this.#link(searchParams));
    else if (pathname === '/api/v1/models/owner/name/repo/files') json(response, this.#modelScopeListing());
    else this.#answerFile(request, response, pathname, searchParams.get('FilePath'));
  }

  #answerFile(request: IncomingMessage, response: ServerResponse, pathname: string, asked: string | null): void {
    const name = /^\/(?:owner\/name\/resolve\/main|cdn)\/(.+)$/.exec(pathname)?.[1] ?? asked;
    const content = name ? this.files[decodeURIComponent(name)] : undefined;
    if (!content) status(response, 404);
    else if (this.faults.redirect && !pathname.startsWith('/cdn/'))
      response.writeHead(302, { location: `http://localhost:${this.port}/cdn/${name}` }).end();
    else this.#send(request, response, content);
  }

  /** Two files a page. */
  #tree(query: URLSearchParams): unknown[] {
    const from = Number(query.get('cursor') ?? 0);
    return Object.entries(this.files)
      .slice(from, from + 2)
      .map(([path, content]) => {
        const isLarge = /\.(gguf|onnx|onnx_data|safetensors)$/.test(path);
        const git = createHash('sha1').update(`blob ${content.length}\0`).update(content).digest('hex');
        const oid = this.listedHashes[path] ?? (isLarge ? sha256(content) : git);
        const lfs = { oid, size: content.length, pointerSize: 130 };
        return {
          type: 'file',
          path,
          size: content.length,
          oid: isLarge ? 'f'.repeat(40) : oid,
          ...(isLarge ? { lfs } : {}),
        };
      });
  }

  #link(query: URLSearchParams): Record<string, string> {
    const next = Number(query.get('cursor') ?? 0) + 2;
    if (next >= Object.keys(this.files).length) return {};
    return { link: `<${this.endpoint}/api/models/owner/name/tree/main?recursive=true&cursor=${next}>; rel="next"` };
  }

  #modelScopeListing(): unknown {
    const Files = Object.entries(this.files).map(([Path, content]) => {
      const Sha256 = this.listedHashes[Path] ?? sha256(content);
      return { Path, Name: Path.split('/').at(-1), Type: 'blob', Size: content.length, Sha256 };
    });
    return { Code: 200, Success: true, Data: { Files: [{ Path: 'onnx', Type: 'tree' }, ...Files] } };
  }

  #takes(fault: string, times: number): boolean {
    const left = this.#left.get(fault) ?? times;
    this.#left.set(fault, left - 1);
    return left > 0;
  }

  #send(request: IncomingMessage, response: ServerResponse, content: Buffer): void {
    const { faults } = this;
    const isProbe = request.headers.range === 'bytes=0-0';
    if (faults.status && !isProbe && this.#takes('status', faults.status.times)) {
      status(response, faults.status.code, faults.status.retryAfter);
      return;
    }
    const asked = faults.noRanges ? null : /^bytes=(\d+)-(\d+)$/.exec(request.headers.range ?? '');
    const [start, end] = asked ? [Number(asked[1]), Number(asked[2]) + 1] : [0, content.length];
    const body = Buffer.concat([content.subarray(start, end), Buffer.alloc(asked ? (faults.extraBytes ?? 0) : 0)]);
    if (faults.wrongByte) body[0] = body[0]! ^ 0xff;
    const total = faults.claimedBytes ?? content.length;
    const rangeHeaders = asked ? { 'content-range': `bytes ${start}-${end - 1}/${total}` } : {};
    const length = faults.extraBytes && asked ? {} : { 'content-length': asked ? body.length : total };
    response.writeHead(asked ? 206 : 200, { ...rangeHeaders, ...length });
    if (!isProbe && faults.cut && this.#takes('cut', faults.cut.times))
      response.write(body.subarray(0, faults.cut.afterBytes), () => setTimeout(() => response.destroy(), 5));
    else if (!isProbe && faults.stall && this.#takes('stall', faults.stall.times)) response.write(body.subarray(0, 10));
    else response.end(body);
  }
}

export const sha256 = (content: Buffer): string => createHash('sha256').update(content).digest('hex');

function json(response: ServerResponse, value: unknown, headers: Record<string, string> = {}): void {
  response.writeHead(200, { 'content-type': 'application/json', ...headers });
  response.end(JSON.stringify(value));
}

function status(response: ServerResponse, code: number, retryAfter?: string): void {
  response.writeHead(code, retryAfter ? { 'retry-after': retryAfter } : {});
  response.end('no');
}

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { type Backend, baseCandidate, type Candidate } from '../../src/core/candidate.js';
import { GEOMETRIES, kvBytesPerToken, type ModelFile, shapeSchema } from '../../src/core/model.js';
import { seededRandom } from '../../src/core/random.js';
import { spawnBound } from '../../src/runners/launch.js';
import { readProcessSigns } from '../../src/runners/process-signs.js';
import { bindingFaults } from '../../src/runners/verify.js';
import { systemClock } from '../../src/runs/clock.js';
import { type AccessEntry, HTTP_LIMITS } from '../../src/serve/http/app.js';
import { CONNECTION_LIMITS } from '../../src/serve/http/client-connection.js';
import { type RunningServer, type ServerDeps, type ServerSettings, startServer } from '../../src/serve/server.js';
import { chooseTemplate, NO_CHAT_FACTS } from '../../src/serve/template/choose-template.js';

/** A server in this process with real worker processes that run the fake engine. Needs the built dist/. */

const GEOMETRY = 'deepseek-r1-distill-qwen-1.5b' as const;
export const WORKER_ENTRY = resolve('dist/runs/entries/serve-worker.js');

/** What a script may say; see src/runners/fake/script.ts. */
export type Script = Record<string, unknown>;

/** Thinks a little, then answers: the shape of every R1 answer. */
export const THINKING_SCRIPT: Script = {
  vocabulary: { pieces: ['<think>', '</think>', 'hello', ' world', 'I', ' think', ' so'], splitPieces: ['f09f98'] },
  answers: [
    { after: '<think>\n', say: 'I think so, 兔子 too.\n</think>\n\nhello world 😀!' },
    { after: '</think>\n\n', say: 'hello world 😀!' },
  ],
};

/** For clients: the same, slow enough to see it stream, and an answer without end to leave in the middle of. */
export const CLIENT_SCRIPT: Script = {
  ...THINKING_SCRIPT,
  answers: [{ when: 'endless', after: '<think>\n', say: 'on and '.repeat(2000) }, ...(THINKING_SCRIPT.answers as [])],
  cost: { decodeMs: 2 },
};

export function fakeModel(path: string): ModelFile {
  return {
    path,
    format: 'gguf',
    quant: 'q4_0',
    sizeBytes: 1,
    sha256: null,
    architecture: 'qwen2',
    geometryId: GEOMETRY,
    geometry: shapeSchema.parse(GEOMETRIES[GEOMETRY]),
    parameters: 1,
    bytesPerToken: 1,
    kvBytesPerToken: kvBytesPerToken(GEOMETRIES[GEOMETRY]),
    weights: 'random',
    name: 'Fake',
    contextLength: 131072,
  };
}

export type FakeServer = RunningServer & {
  folder: string;
  deaths: string[];
  reported: unknown[];
  logged: AccessEntry[];
};

export type ServerOptions = {
  candidate?: Partial<Candidate>;
  contextTokens?: number;
  settings?: Partial<ServerSettings>;
  hang?: Partial<ServerSettings['plan']['hang']>;
  deps?: Partial<ServerDeps>;
};

export async function startFakeServer(script: Script, options: ServerOptions = {}): Promise<FakeServer> {
  const folder = mkdtempSync(join(tmpdir(), 'r1tune-serve-'));
  const path = join(folder, 'script.json');
  writeFileSync(path, JSON.stringify({ kind: 'r1-tune/fake-engine', ...script }));
  const server = await startTestServer(fakeModel(path), 'fake', options);
  const stop = async () => {
    await server.stop();
    rmSync(folder, { recursive: true, force: true });
  };
  return { ...server, stop, folder };
}

/** The same with any model and engine. */
export async function startTestServer(
  model: ModelFile,
  backend: Backend,
  options: ServerOptions = {},
): Promise<FakeServer> {
  const deaths: string[] = [];
  const reported: unknown[] = [];
  const logged: AccessEntry[] = [];
  const server = await startServer(
    {
      plan: {
        model,
        candidate: { ...baseCandidate(backend, model.quant, 1), ...options.candidate },
        contextTokens: options.contextTokens ?? 4096,
        expectedDecodeRate: 500,
        hang: { load: 20_000, prefill: 5000, decode: 5000, ...options.hang },
      },
      version: '0.0.0',
      template: chooseTemplate(model, NO_CHAT_FACTS),
      model: { id: 'fake-r1', aliases: ['fake'], createdSeconds: 1_700_000_000, fingerprint: 'fp_test' },
      host: '127.0.0.1',
      port: 0,
      access: { keys: [], hosts: ['127.0.0.1', 'localhost'], origins: [] },
      http: HTTP_LIMITS,
      connection: CONNECTION_LIMITS,
      admission: { maxQueued: 32, maxQueuedTokens: 1_000_000, maxPerTenant: 64 },
      expectedServiceMs: 1000,
      thinkingBudget: null,
      deadlineMs: 60_000,
      random: seededRandom(1),
      warmUpRounds: 0,
      isStrict: false,
      labels: { profile: 'test' },
      ...options.settings,
    },
    {
      spawnWorker: (candidate) => spawnBound(candidate, WORKER_ENTRY, process.env as Record<string, string>),
      bindingFaults,
      keepOff: () => {},
      signsOf: readProcessSigns,
      clock: systemClock,
      onWorkerDeath: (_index, reason) => void deaths.push(reason),
      log: (entry) => void logged.push(entry),
      report: (error) => void reported.push(error),
      ...options.deps,
    },
  );
  return { ...server, folder: '', deaths, reported, logged };
}

/** Waits until a condition holds; fails loudly when it does not in time. */
export async function until(what: string, holds: () => boolean | Promise<boolean>, timeoutMs = 5000): Promise<void> {
  const end = performance.now() + timeoutMs;
  while (!(await holds())) {
    if (performance.now() > end) throw new Error(`Waited ${timeoutMs} ms in vain: ${what}`);
    await systemClock.sleep(5);
  }
}

export type Event = {
  choices: { delta?: { content?: string; reasoning_content?: string }; finish_reason?: string | null }[];
};

/** The events of a chat answer as they come; `[DONE]` and errors included, comments left out. */
export async function* chatEvents(server: { url: string }, body: object, signal?: AbortSignal): AsyncGenerator<string> {
  const response = await postChat(server, { stream: true, ...body }, signal);
  let rest = '';
  for await (const part of response.body!.pipeThrough(new TextDecoderStream())) {
    const lines = (rest + part).split('\n\n');
    rest = lines.pop()!;
    for (const line of lines) if (line.startsWith('data: ')) yield line.slice('data: '.length);
  }
}

export const postChat = (
  server: { url: string },
  body: object,
  signal?: AbortSignal,
  key?: string,
): Promise<Response> =>
  fetch(`${server.url}/v1/chat/completions`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...(key ? { authorization: `Bearer ${key}` } : {}) },
    body: JSON.stringify({ model: 'fake-r1', temperature: 0, messages: [{ role: 'user', content: 'Why?' }], ...body }),
    ...(signal ? { signal } : {}),
  });

/** Text of a streamed answer, thinking and all. */
export async function chatText(events: AsyncIterable<string>): Promise<string> {
  let text = '';
  for await (const data of events) {
    if (data === '[DONE]') return text;
    const [choice] = (JSON.parse(data) as Event).choices ?? [];
    text += (choice?.delta?.reasoning_content ?? '') + (choice?.delta?.content ?? '');
  }
  return `${text} (cut off)`;
}

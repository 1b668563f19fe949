/**
 * What is lost between `r1-tune bench` and `r1-tune serve`, and what several streams gain, under one profile.
 *
 *   npm run build && node bench/serve-http.mjs [--backend llama-cpp|onnx] [--quant q4_0|int4] [--threads 2]
 *       [--thread-placement apart]
 *       [--model synthetic:deepseek-r1-distill-qwen-1.5b] [--pairs 48] [--rounds 6] [--generate 64]
 *
 * 1. A trial of `bench` (the same child process, from dist) and one stream of `serve` take turns, who begins alternating;
 *    the rates are tokens after the first over their time, at the client's end of the socket for HTTP. Every pair has a
 *    server of its own, as a trial is a process of its own: processes of one setting differ by 5 % and more, so pairs
 *    that share a server are not independent. The server is gone while the trial runs.
 *    Prints the ratio HTTP / bench: Hodges–Lehmann of the pairs' log-ratios with its 95 % signed-rank interval.
 * 2. With `sequences: 4`, 1 and 4 streams take turns: tokens of all over the time from the first request sent to the
 *    last answer's end, prefill included.
 *
 * Ends with 1 when the ratio is below 0.97 or four streams bring less than 1.8 times one.
 */
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { tokenTrace } from '../dist/core/workload.js';
import { runTrial } from '../dist/runners/launch.js';
import { shiftEstimate } from '../dist/stats/hodges-lehmann.js';

const { values } = parseArgs({
  options: {
    backend: { type: 'string', default: 'llama-cpp' },
    quant: { type: 'string' },
    threads: { type: 'string', default: '2' },
    'thread-placement': { type: 'string', default: 'none' },
    model: { type: 'string', default: 'synthetic:deepseek-r1-distill-qwen-1.5b' },
    pairs: { type: 'string', default: '48' },
    rounds: { type: 'string', default: '6' },
    generate: { type: 'string', default: '64' },
    context: { type: 'string', default: '1024' },
  },
});
const MAIN = 'dist/cli/main.js';
const WORKLOAD = {
  promptTokens: 128,
  generateTokens: Number(values.generate),
  contextDepth: 0,
  warmUpPromptTokens: 32,
  warmUpGenerateTokens: 8,
};
const STREAMS = 4;
const LEAST_RATIO = 0.97;
const LEAST_GAIN = 1.8;

const folder = mkdtempSync(join(tmpdir(), 'r1tune-http-'));
const children = new Set();
process.on('exit', () => {
  for (const child of children) child.kill('SIGKILL');
  rmSync(folder, { recursive: true, force: true });
});

function run(args, onLine = () => {}) {
  const child = spawn(process.execPath, [MAIN, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
  children.add(child);
  let output = '';
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text) => {
      output += text;
      onLine(output);
    });
  const ended = new Promise((resolve) => child.on('exit', (code) => resolve({ code, output })));
  return { child, ended: ended.finally(() => children.delete(child)) };
}

async function makeProfile() {
  const quant = values.quant ?? (values.backend === 'onnx' ? 'int4' : 'q4_0');
  const out = join(folder, 'bench');
  const knobs = ['--backend', values.backend, '--quant', quant, '--threads', values.threads];
  const context = ['--context', values.context, '--effort', 'quick', '--trials', '1'];
  const placement = ['--thread-placement', values['thread-placement']];
  const flags = [...knobs, ...placement, ...context, '--out', out];
  const { code, output } = await run(['bench', '--model', values.model, ...flags]).ended;
  if (code !== 0) throw new Error(`bench ended with ${code}:\n${output}`);
  return JSON.parse(readFileSync(join(out, 'best.json'), 'utf8'));
}

async function serve(profile, sequences) {
  const path = join(folder, `profile-${sequences}.json`);
  writeFileSync(path, JSON.stringify({ ...profile, candidate: { ...profile.candidate, sequences } }));
  const server = await new Promise((resolve, reject) => {
    const { child, ended } = run(['serve', '--profile', path, '--port', '0', '--warm-up', '2'], (output) => {
      const url = /Serving on (http:\S+)\/v1/.exec(output)?.[1];
      if (url) resolve({ url, child, ended });
    });
    ended.then(({ code, output }) => reject(new Error(`serve ended with ${code}:\n${output}`)));
  });
  const stop = () => {
    server.child.kill('SIGTERM');
    return server.ended;
  };
  return { url: server.url, stop };
}

/**
 * Sends a request and notes when each piece of the answer came. It does nothing else until the end: the client runs on
 * the CPUs of the server here, and what it computes is taken from the engine.
 */
function post(url, body) {
  return new Promise((resolve, reject) => {
    const pieces = [];
    const outgoing = request(`${url}/v1/completions`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
    });
    outgoing.on('error', reject).on('response', (response) => {
      response.setEncoding('utf8');
      response.on('data', (text) => pieces.push({ text, atMs: performance.now() }));
      response.on('error', reject).on('end', () => resolve({ status: response.statusCode, pieces }));
    });
    outgoing.end(JSON.stringify(body));
  });
}

/** Server-sent events, each with the time its last piece came. */
function* eventsOf(pieces) {
  let rest = '';
  for (const { text, atMs } of pieces) {
    const events = (rest + text).split('\n\n');
    rest = events.pop();
    for (const event of events)
      if (event.startsWith('data: {')) yield { atMs, ...JSON.parse(event.slice('data: '.length)) };
  }
}

/** One streamed completion; times in ms. */
async function stream(url, prompt, tokens) {
  const { id } = await modelOf(url);
  const usage = { stream_options: { include_usage: true } };
  const sentMs = performance.now();
  const body = { model: id, prompt, max_tokens: tokens, temperature: 0, ignore_eos: true, stream: true, ...usage };
  const { status, pieces } = await post(url, body);
  if (status !== 200) throw new Error(pieces.map(({ text }) => text).join(''));
  const events = [...eventsOf(pieces)];
  const chunkMs = events.filter(({ choices }) => choices[0]?.text).map(({ atMs }) => atMs);
  const made = events.findLast((event) => event.usage)?.usage.completion_tokens;
  if (made !== tokens) throw new Error(`Expected ${tokens} tokens, got ${made}.`);
  const rate = ((made - 1) * 1000) / (chunkMs.at(-1) - chunkMs[0]);
  return { sentMs, endMs: pieces.at(-1).atMs, rate, isEachAChunk: chunkMs.length === made };
}

const models = new Map();
async function modelOf(url) {
  if (!models.has(url)) models.set(url, (await (await fetch(`${url}/v1/models`)).json()).data[0]);
  return models.get(url);
}

const vocabularyOf = (profile) => profile.model.geometry.vocab;
const promptOf = (profile, seed, count) => tokenTrace(seed, count, vocabularyOf(profile));

async function benchRate(profile, seed) {
  const { candidate, model, contextTokens } = profile;
  const trial = { candidate, model, contextTokens, workload: { ...WORKLOAD, seed }, slowdown: 0 };
  const measured = await runTrial(trial, { env: process.env, deadlineMs: 300_000 });
  if (measured.status !== 'measured') throw new Error(`the trial ended as ${JSON.stringify(measured)}`);
  return measured.metrics.decodeTokensPerSecond;
}

/** Tokens that are a part of a character wait for the next; an answer with such is no exact clock, so another is asked for. */
async function httpRate(profile, url, seed) {
  await stream(url, promptOf(profile, seed + 1000, WORKLOAD.warmUpPromptTokens), WORKLOAD.warmUpGenerateTokens);
  for (let attempt = 0; attempt < 10; attempt++) {
    const prompt = promptOf(profile, seed + attempt * 10_000, WORKLOAD.promptTokens);
    const { rate, isEachAChunk } = await stream(url, prompt, WORKLOAD.generateTokens + 1);
    if (isEachAChunk) return rate;
  }
  throw new Error('No answer was made of whole characters.');
}

async function together(profile, url, seed, count) {
  const prompts = Array.from({ length: count }, (_, i) => promptOf(profile, seed * 10 + i, 32));
  const all = await Promise.all(prompts.map((prompt) => stream(url, prompt, WORKLOAD.generateTokens)));
  const ms = Math.max(...all.map(({ endMs }) => endMs)) - Math.min(...all.map(({ sentMs }) => sentMs));
  return (count * WORKLOAD.generateTokens * 1000) / ms;
}

/** Both arms `times` times in turns, the first of a turn alternating. */
async function turns(times, first, second) {
  const results = [[], []];
  for (let round = 0; round < times; round++)
    for (const at of round % 2 === 0 ? [0, 1] : [1, 0]) results[at].push(await (at === 0 ? first : second)(round + 1));
  return results;
}

const median = (numbers) => [...numbers].sort((a, b) => a - b)[numbers.length >> 1];
function ratioOf(numerators, denominators) {
  const shift = shiftEstimate(numerators.map((n, i) => Math.log(n / denominators[i])));
  return {
    estimate: Math.exp(shift.estimate),
    low: Math.exp(shift.lowerAt(0.025)),
    high: Math.exp(shift.upperAt(0.025)),
  };
}
const show = ({ estimate, low, high }) => `${estimate.toFixed(3)} [${low.toFixed(3)}, ${high.toFixed(3)}]`;

const profile = await makeProfile();
console.log(`${profile.candidate.backend} ${profile.candidate.quant}, ${values.threads} threads, ${profile.modelId}`);

let pairs = 0;
const [bench, http] = await turns(
  Number(values.pairs),
  (seed) => benchRate(profile, seed),
  async (seed) => {
    const server = await serve(profile, 1);
    const rate = await httpRate(profile, server.url, seed);
    await server.stop();
    console.error(`${++pairs} of ${values.pairs} pairs`);
    return rate;
  },
);
const kept = ratioOf(http, bench);
console.log(
  `bench ${median(bench).toFixed(2)} tok/s, HTTP ${median(http).toFixed(2)} tok/s, medians of ${bench.length}`,
);
console.log(`HTTP / bench: ${show(kept)}`);

const server = await serve(profile, STREAMS);
const [one, four] = await turns(
  Number(values.rounds),
  (seed) => together(profile, server.url, seed, 1),
  (seed) => together(profile, server.url, seed + 500, STREAMS),
);
await server.stop();
const gain = ratioOf(four, one);
console.log(`1 stream ${median(one).toFixed(2)} tok/s, ${STREAMS} streams ${median(four).toFixed(2)} tok/s together`);
console.log(`${STREAMS} streams / 1 stream: ${show(gain)}`);
if (kept.estimate < LEAST_RATIO || gain.estimate < LEAST_GAIN) process.exitCode = 1;

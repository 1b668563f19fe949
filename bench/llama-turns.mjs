/**
 * The engine port against llama-bench's own loops, in one process, on one context and one thread pool: what r1-tune's driver
 * costs a token, free of what else differs between two processes. Turns of a few tokens in random order; a pair of turns
 * counts when nobody else used the CPUs meanwhile (/proc/stat), so it can be measured on a machine that is not quiet.
 *
 *   npm run build && node bench/llama-turns.mjs MODEL.gguf [--seconds 200] [--threads 2] [--past 128] [--tokens 6] [--prompt 128]
 *
 * Needs git and gcc: llama-bench's loops are bench/llama-loop.c, built against node-llama-cpp's libraries.
 */
import { readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { baseCandidate } from '../dist/core/candidate.js';
import { GREEDY } from '../dist/core/engine.js';
import { seededRandom, shuffled } from '../dist/core/random.js';
import { llamaFolder, llamaLibraries } from '../dist/formats/llama-abi/library.js';
import { inspectGguf } from '../dist/models/gguf/inspect.js';
import { loadContext, sessionOf } from '../dist/runners/llama-cpp/c-api/engine.js';
import { ratioInterval } from '../dist/stats/hodges-lehmann.js';
import { withLlamaSources } from '../scripts/llama-sources.mjs';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    seconds: { type: 'string', default: '200' },
    threads: { type: 'string', default: '2' },
    past: { type: 'string', default: '128' },
    tokens: { type: 'string', default: '6' },
    prompt: { type: 'string', default: '128' },
    arms: { type: 'string' },
  },
});
const [seconds, threads, past, tokens, prompt] = ['seconds', 'threads', 'past', 'tokens', 'prompt'].map((name) =>
  Number(values[name]),
);
const model = await inspectGguf(positionals[0]);
const candidate = baseCandidate('llama-cpp', model.quant, threads);
const loaded = await loadContext({ model, candidate, contextTokens: past + prompt + 64, sequences: 1 });
const session = sessionOf(loaded);
const { api, context } = loaded;
const loops = buildLoops();
const { vocabulary } = session.describe();

function buildLoops() {
  return withLlamaSources(['include', 'ggml/include'], (folder, run) => {
    const source = new URL('./llama-loop.c', import.meta.url).pathname;
    const { llama } = llamaLibraries(llamaFolder());
    run('gcc', '-O2', '-shared', '-fPIC', '-Iinclude', '-Iggml/include', source, llama, '-o', 'loop.so');
    const library = api.koffi.load(join(folder, 'loop.so'));
    const bind = (name) => library.func(`double ${name}(void *, int, int)`);
    return { decode: bind('loop_decode'), prefill: bind('loop_prefill'), library };
  });
}

const sequence = session.openSequence();
const random = seededRandom(Date.now());
const word = () => Math.floor(random() * Math.min(vocabulary, 30000));
const words = (count) => Array.from({ length: count }, word);
const memory = api.llama.llama_get_memory(context);

const sampled = (sampling, options) => async () => {
  const start = performance.now();
  for (let i = 0; i < tokens; i++) await sequence.step([word()], sampling, options);
  return performance.now() - start;
};
const R1 = { temperature: 0.6, topP: 0.95, topK: 0, minP: 0, seed: 1 };
const ARMS = {
  decode: {
    past,
    count: tokens,
    rival: () => loops.decode(context, tokens, vocabulary),
    ours: {
      greedy: sampled(GREEDY),
      'temperature 0.6, top-p 0.95': sampled(R1),
      'top-k 40, min-p 0.05': sampled({ ...R1, topP: 1, topK: 40, minP: 0.05 }),
      penalties: sampled({ ...R1, frequencyPenalty: 0.5, presencePenalty: 0.5 }),
      'logit bias': sampled({ ...R1, logitBias: { 300: -5 } }),
      'logprobs 5': sampled(R1, { logprobs: 5 }),
      'grammar (half of the tokens allowed)': sampled(R1, { allowed: (token) => token % 2 === 0 }),
    },
  },
  prefill: {
    past: 0,
    count: prompt,
    rival: () => loops.prefill(context, prompt, vocabulary),
    ours: {
      greedy: async () => {
        const given = words(prompt);
        const start = performance.now();
        await sequence.step(given, GREEDY);
        return performance.now() - start;
      },
    },
  },
};

/** CPU time of the machine in ticks of 10 ms, busy on anything. */
function busyTicks() {
  const [, user, nice, system, , , irq, softirq] = readFileSync('/proc/stat', 'utf8')
    .split('\n')[0]
    .split(/\s+/)
    .map(Number);
  return user + nice + system + irq + softirq;
}

async function turn(kind, act) {
  await sequence.truncate(ARMS[kind].past);
  if (ARMS[kind].past > 0) {
    // One token that does not count settles the threads, and cuts what the other left.
    api.llama.llama_memory_seq_rm(memory, 0, ARMS[kind].past, -1);
    await sequence.step([word()], GREEDY);
  } else api.llama.llama_memory_seq_rm(memory, 0, 0, -1);
  const [ticks, cpu] = [busyTicks(), process.cpuUsage()];
  const ms = await act();
  const own = process.cpuUsage(cpu);
  const ownMs = (own.user + own.system) / 1000;
  api.llama.llama_memory_seq_rm(memory, 0, ARMS[kind].past > 0 ? ARMS[kind].past + 1 : 0, -1);
  const foreign = 10 * (busyTicks() - ticks) - ownMs;
  return { ms, cpu: ownMs, isCalm: foreign < Math.max(20, 0.03 * ms * availableParallelism()) };
}

const wanted = values.arms?.split('|');
const pairs = new Map();
let all = 0;
await sequence.prefill(words(past));
const end = performance.timeOrigin + 1000 * seconds;
while (Date.now() < end)
  for (const kind of ['decode', 'prefill'])
    for (const [name, act] of shuffled(Object.entries(ARMS[kind].ours), random)) {
      const label = `${kind}, ${name}`;
      if (wanted && !wanted.includes(label)) continue;
      if (kind === 'prefill') await sequence.truncate(0);
      else if (sequence.tokens.length < past) await sequence.prefill(words(past - sequence.tokens.length));
      const both = {};
      for (const side of shuffled(['ours', 'rival'], random))
        both[side] = await turn(kind, side === 'ours' ? act : ARMS[kind].rival);
      all++;
      if (!both.ours.isCalm || !both.rival.isCalm) continue;
      pairs.set(label, [...(pairs.get(label) ?? []), both]);
    }

const median = (numbers) => [...numbers].sort((a, b) => a - b)[numbers.length >> 1];
const { engine, variant } = session.describe();
console.log(`${engine}, ${variant}; ${[...pairs.values()].flat().length} of ${all} pairs of turns were undisturbed`);
for (const [label, both] of pairs) {
  const { estimate, low, high } = ratioInterval(both.map(({ ours, rival }) => Math.log(rival.ms / ours.ms)));
  const count = ARMS[label.split(',')[0]].count;
  const a = (side, what) => (median(both.map((pair) => pair[side][what])) / count).toFixed(2);
  console.log(
    `${label}: ${a('ours', 'ms')} ms a token, llama-bench's loop ${a('rival', 'ms')}; CPU ${a('ours', 'cpu')} and ${a('rival', 'cpu')} ms; rate ratio ${estimate.toFixed(4)} (${low?.toFixed(4)} to ${high?.toFixed(4)}), ${both.length} pairs`,
  );
}
process.exit(0);

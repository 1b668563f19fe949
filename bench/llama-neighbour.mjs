/**
 * What threads, polling, priority and placement of llama.cpp are worth alone and beside one busy process. One process for each
 * configuration, all loaded, their turns in random order; the busy process runs every other round.
 *
 *   npm run build && node bench/llama-neighbour.mjs MODEL.gguf [--seconds 160] [--tokens 6]
 */
import { fork, spawn } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { baseCandidate } from '../dist/core/candidate.js';
import { GREEDY } from '../dist/core/engine.js';
import { seededRandom, shuffled } from '../dist/core/random.js';
import { inspectGguf } from '../dist/models/gguf/inspect.js';
import { createLlamaCppEngine } from '../dist/runners/llama-cpp/index.js';

const ARMS = {
  '1 thread': { threads: 1 },
  '2 threads': {},
  '2, poll 0': { poll: 0 },
  '2, poll 100': { poll: 100 },
  '2, priority low': { priority: 'low' },
  '2, placed apart': { threadPlacement: 'apart' },
  '2, no pool that lasts': { access: 'binding' },
  '2, priority medium': { priority: 'medium' },
};
const PAST = 128;

async function serveTurns(path, { access = 'c-api', ...knobs }) {
  const model = await inspectGguf(path);
  const candidate = { ...baseCandidate('llama-cpp', model.quant, 2), ...knobs };
  const session = await createLlamaCppEngine('', access).load({ model, candidate, contextTokens: 512, sequences: 1 });
  const sequence = session.openSequence();
  await sequence.prefill(Array.from({ length: PAST }, (_, i) => 10 + i));
  const step = (i) => sequence.step([100 + i], GREEDY);
  process.on('message', async (tokens) => {
    await sequence.truncate(PAST);
    // One token that does not count settles the threads.
    await step(0);
    const start = performance.now();
    for (let i = 0; i < tokens; i++) await step(i);
    process.send((1000 * tokens) / (performance.now() - start));
  });
  process.send('ready');
}

async function compare(path, { seconds, tokens }) {
  const children = {};
  const answer = (child) => new Promise((resolve) => child.once('message', resolve));
  for (const name of Object.keys(ARMS)) {
    children[name] = fork(import.meta.filename, [path, '--arm', name]);
    await answer(children[name]);
  }
  const busy = spawn(process.execPath, ['-e', 'for (;;);']);
  const rates = Object.fromEntries(Object.keys(ARMS).map((name) => [name, { alone: [], beside: [] }]));
  const random = seededRandom(Date.now());
  const end = Date.now() + 1000 * seconds;
  while (Date.now() < end)
    for (const when of ['alone', 'beside']) {
      busy.kill(when === 'beside' ? 'SIGCONT' : 'SIGSTOP');
      await sleep(200);
      for (const name of shuffled(Object.keys(ARMS), random)) {
        children[name].send(tokens);
        rates[name][when].push(await answer(children[name]));
        await sleep(50);
      }
    }
  for (const child of [busy, ...Object.values(children)]) child.kill('SIGKILL');
  const ordered = (list) => [...list].sort((a, b) => a - b).map((rate) => rate.toFixed(1));
  for (const [name, { alone, beside }] of Object.entries(rates)) {
    const [a, b] = [ordered(alone), ordered(beside)];
    console.log(`${name}: alone ${a[a.length >> 1]}, beside ${b[b.length >> 1]} (${b[0]} to ${b.at(-1)}) tok/s`);
  }
}

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    seconds: { type: 'string', default: '160' },
    tokens: { type: 'string', default: '6' },
    arm: { type: 'string' },
  },
});
if (values.arm) await serveTurns(positionals[0], ARMS[values.arm]);
else await compare(positionals[0], { seconds: Number(values.seconds), tokens: Number(values.tokens) });

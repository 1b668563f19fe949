/**
 * r1-tune's trials against llama-bench of the same libraries, in random order within a block, each run a fresh process.
 * Blocks are appended to a file, and the ratios are over all blocks in it, so that several short windows make one table.
 *
 *   npm run build && node bench/build-llama-bench.mjs /tmp/llama-bench
 *   node bench/llama-bench.mjs --rival /tmp/llama-bench/llama-bench --model 1.5b-q4_0.gguf --out q4_0.jsonl [--seconds 220]
 *       [--prompt 128] [--generate 64] [--threads 2] [--arms default,apart,addon]
 */
import { execFileSync } from 'node:child_process';
import { appendFileSync, existsSync, readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { baseCandidate } from '../dist/core/candidate.js';
import { seededRandom, shuffled } from '../dist/core/random.js';
import { inspectGguf } from '../dist/models/gguf/inspect.js';
import { runTrial } from '../dist/runners/launch.js';
import { ratioInterval } from '../dist/stats/hodges-lehmann.js';

const { values } = parseArgs({
  options: {
    rival: { type: 'string', default: 'llama-bench' },
    model: { type: 'string' },
    out: { type: 'string' },
    seconds: { type: 'string', default: '220' },
    prompt: { type: 'string', default: '128' },
    generate: { type: 'string', default: '64' },
    threads: { type: 'string', default: '2' },
    arms: { type: 'string', default: 'default,apart' },
  },
});
const [prompt, generate, threads] = [values.prompt, values.generate, values.threads].map(Number);
const model = await inspectGguf(values.model);
const base = baseCandidate('llama-cpp', model.quant, threads);
const CANDIDATES = { default: base, apart: { ...base, threadPlacement: 'apart' } };

function llamaBench() {
  const rate = (...test) => {
    const flags = ['-m', values.model, '-t', String(threads), '-r', '1', '-o', 'jsonl', ...test.map(String)];
    const out = execFileSync(values.rival, flags, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
    return JSON.parse(out).avg_ts;
  };
  return { prefill: rate('-p', prompt, '-n', 0), decode: rate('-p', 0, '-n', generate, '-d', prompt) };
}

async function ours(candidate) {
  const workload = {
    promptTokens: prompt,
    generateTokens: generate,
    contextDepth: 0,
    warmUpPromptTokens: prompt,
    warmUpGenerateTokens: 1,
    seed: 1,
  };
  const request = { candidate, model, workload, contextTokens: prompt + generate, slowdown: 0, prefault: false };
  const { metrics, reason } = await runTrial(request, { env: process.env, deadlineMs: 120_000 });
  if (!metrics) throw new Error(reason);
  return { prefill: metrics.prefillTokensPerSecond, decode: metrics.decodeTokensPerSecond, peak: metrics.peakRssBytes };
}

const runs = {
  rival: llamaBench,
  ...Object.fromEntries(values.arms.split(',').map((arm) => [arm, () => ours(CANDIDATES[arm])])),
};
const random = seededRandom(Date.now());
const end = Date.now() + 1000 * Number(values.seconds);
while (Date.now() < end) {
  const block = {};
  for (const arm of shuffled(Object.keys(runs), random)) block[arm] = await runs[arm]();
  appendFileSync(values.out, `${JSON.stringify(block)}\n`);
}

const blocks = existsSync(values.out)
  ? readFileSync(values.out, 'utf8')
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line))
  : [];
const median = (numbers) => [...numbers].sort((a, b) => a - b)[numbers.length >> 1];
for (const kind of ['decode', 'prefill'])
  for (const arm of Object.keys(runs)) {
    const both = blocks.filter((block) => block.rival && block[arm]);
    const { estimate, low, high } = ratioInterval(both.map((block) => Math.log(block[arm][kind] / block.rival[kind])));
    const shown = arm === 'rival' ? '' : `ratio ${estimate.toFixed(3)} (${low?.toFixed(3)} to ${high?.toFixed(3)})`;
    console.log(
      `${kind} ${arm}: median ${median(both.map((block) => block[arm][kind])).toFixed(1)} tok/s of ${both.length} blocks ${shown}`,
    );
  }

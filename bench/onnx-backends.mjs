/**
 * Both backends on the same weights, in one interleaved run: every arm once a block, in random order, each trial a fresh
 * process (the trial child that a sweep uses). Prints the table of docs/backends.md.
 *
 *   npm run build && node bench/onnx-backends.mjs [--geometry deepseek-r1-distill-qwen-1.5b] [--threads 2] [--blocks 5]
 *       [--prompt 128] [--generate 32] [--models FOLDER] [--arms llama-cpp:q4_0,llama-cpp:q4_0:apart,onnx:int4,…] [--out FILE.json]
 *
 * Models are made in FOLDER (default: a folder `bench-models` here) when they are not there yet: random weights of the
 * real geometry, Q4_0 and Q8_0, and ONNX decoders converted from them.
 */
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { baseCandidate } from '../dist/core/candidate.js';
import { GEOMETRIES } from '../dist/core/model.js';
import { seededRandom, shuffled } from '../dist/core/random.js';
import { inspectGguf } from '../dist/models/gguf/inspect.js';
import { convertToOnnx } from '../dist/models/onnx/convert.js';
import { inspectOwnOnnx } from '../dist/models/onnx/inspect-own.js';
import { synthesizeGguf } from '../dist/models/synthesize.js';
import { runTrial } from '../dist/runners/launch.js';

const { values } = parseArgs({
  options: {
    geometry: { type: 'string', default: 'deepseek-r1-distill-qwen-1.5b' },
    threads: { type: 'string', default: '2' },
    blocks: { type: 'string', default: '5' },
    prompt: { type: 'string', default: '128' },
    generate: { type: 'string', default: '32' },
    models: { type: 'string', default: 'bench-models' },
    arms: {
      type: 'string',
      default:
        'llama-cpp:q4_0,llama-cpp:q4_0:apart,llama-cpp:q8_0,llama-cpp:q8_0:apart,onnx:int4,onnx:int4-b128,onnx:int8,onnx:int8-dynamic',
    },
    out: { type: 'string' },
  },
});
const [threads, blocks] = [Number(values.threads), Number(values.blocks)];
const workload = {
  promptTokens: Number(values.prompt),
  generateTokens: Number(values.generate),
  contextDepth: 0,
  warmUpPromptTokens: 32,
  warmUpGenerateTokens: 8,
  seed: 1,
};
/** Decoders are made from the file whose blocks they can take over without loss; int4-b128 and int8-dynamic round those. */
const SOURCE = { int4: 'q4_0', 'int4-b128': 'q8_0', int8: 'q8_0', 'int8-dynamic': 'q8_0', fp32: 'q8_0' };

async function gguf(quant) {
  const path = join(values.models, `${values.geometry}-${quant}.gguf`);
  if (existsSync(path)) return inspectGguf(path);
  return synthesizeGguf({ geometry: GEOMETRIES[values.geometry], quant, seed: 1, path });
}

async function onnx(level) {
  const folder = join(values.models, `${values.geometry}-${level}-onnx`);
  if (existsSync(folder)) return inspectOwnOnnx(folder);
  return convertToOnnx({ source: (await gguf(SOURCE[level])).path, level, folder });
}

mkdirSync(values.models, { recursive: true });
const arms = [];
for (const name of values.arms.split(',')) {
  const [backend, quant, threadPlacement] = name.split(':');
  const model = backend === 'onnx' ? await onnx(quant) : await gguf(quant);
  const candidate = { ...baseCandidate(backend, quant, threads), ...(threadPlacement ? { threadPlacement } : {}) };
  arms.push({ name: name.replaceAll(':', ' '), model, candidate, trials: [] });
}

const random = seededRandom(1);
const contextTokens = workload.promptTokens + workload.generateTokens + 64;
for (let block = 0; block < blocks; block++) {
  for (const arm of shuffled(arms, random)) {
    const request = { candidate: arm.candidate, model: arm.model, workload, contextTokens, slowdown: 0 };
    const trial = await runTrial(request, { env: process.env, deadlineMs: 600_000 });
    console.error(
      `block ${block + 1} of ${blocks}: ${arm.name}: ${trial.reason ?? `${trial.metrics.decodeTokensPerSecond.toFixed(1)} tok/s`}`,
    );
    if (trial.metrics) arm.trials.push(trial);
  }
}

const median = (numbers) => [...numbers].sort((a, b) => a - b)[Math.floor(numbers.length / 2)];
const shown = (numbers, digits) =>
  numbers.length === 0
    ? '–'
    : `${median(numbers).toFixed(digits)} (${Math.min(...numbers).toFixed(digits)}–${Math.max(...numbers).toFixed(digits)})`;

console.log(
  `${values.geometry}, ${threads} threads, prompt ${values.prompt} + ${values.generate}, ${blocks} blocks; median (range)\n`,
);
console.log(
  '| arm | weights read a token, MB | decode, tok/s | prefill, tok/s | load, s | peak RSS, MB | CPU a token, prompt included, ms |',
);
console.log('|---|---|---|---|---|---|---|');
for (const { name, model, trials } of arms) {
  const of = (read, digits) =>
    shown(
      trials.map(({ metrics }) => read(metrics)),
      digits,
    );
  const cells = [
    name,
    (model.bytesPerToken / 1e6).toFixed(0),
    of((m) => m.decodeTokensPerSecond, 1),
    of((m) => m.prefillTokensPerSecond, 0),
    of((m) => m.loadMs / 1000, 1),
    of((m) => m.peakRssBytes / 1e6, 0),
    of((m) => m.cpuSecondsPerToken * 1000, 0),
  ];
  console.log(`| ${cells.join(' | ')} |`);
}
if (values.out) writeFileSync(values.out, JSON.stringify(arms, null, 1));

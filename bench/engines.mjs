/**
 * Every engine on the same weights, in one interleaved run: every arm once a block, in random order, each trial a fresh
 * process (the trial child that a sweep uses). Prints the table of docs/backends.md.
 *
 *   npm run build && node bench/engines.mjs [--geometry deepseek-r1-distill-qwen-1.5b] [--threads 2] [--blocks 5]
 *       [--prompt 128] [--generate 32] [--depth 0] [--models FOLDER] [--arms llama-cpp:q4_0,onnx:int4,…] [--out FILE.json]
 *
 * An arm is ENGINE:LEVEL, with knobs behind it by the names of their flags (llama-cpp:q4_0:thread-placement=apart) and a model of
 * its own after an @ (onnx:int4@FOLDER). Ratios to the first arm are taken block by block. --depth fills the context before.
 * Models are made in FOLDER (default: a folder `bench-models` here) when they are not there yet: random weights of the
 * real geometry, Q4_0 and Q8_0, and ONNX decoders converted from them.
 */
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { BACKENDS } from '../dist/core/backends.js';
import { baseCandidate } from '../dist/core/candidate.js';
import { KNOB_IDS, KNOBS } from '../dist/core/knobs.js';
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
    depth: { type: 'string', default: '0' },
    models: { type: 'string', default: 'bench-models' },
    arms: {
      type: 'string',
      default:
        'llama-cpp:q4_0,llama-cpp:q4_0:thread-placement=apart,llama-cpp:q8_0,onnx:int4,onnx:int8,openvino:int4,openvino:int8',
    },
    out: { type: 'string' },
  },
});
const [threads, blocks] = [Number(values.threads), Number(values.blocks)];
const workload = {
  promptTokens: Number(values.prompt),
  generateTokens: Number(values.generate),
  contextDepth: Number(values.depth),
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
  const [spec, place] = name.split('@');
  const [backend, quant, ...knobs] = spec.split(':');
  const provide = BACKENDS[backend].format === 'onnx' ? onnx : gguf;
  const model = place ? inspectOwnOnnx(place) : provide(quant);
  let candidate = baseCandidate(backend, quant, threads);
  for (const [axis, value] of knobs.map((knob) => knob.split('='))) {
    const knob = KNOBS[KNOB_IDS.find((id) => KNOBS[id].axis === axis)];
    candidate = knob.write(candidate, knob.ask.parse([value], axis)[0]);
  }
  arms.push({ name, model: await model, candidate, trials: [] });
}

const random = seededRandom(1);
const contextTokens = workload.contextDepth + workload.promptTokens + workload.generateTokens + 64;
for (let block = 0; block < blocks; block++) {
  for (const arm of shuffled(arms, random)) {
    const request = { candidate: arm.candidate, model: arm.model, workload, contextTokens, slowdown: 0 };
    const trial = await runTrial(request, { env: process.env, deadlineMs: 600_000 });
    console.error(
      `block ${block + 1} of ${blocks}: ${arm.name}: ${trial.reason ?? `${trial.metrics.decodeTokensPerSecond.toFixed(1)} tok/s`}`,
    );
    if (trial.metrics) arm.trials.push({ ...trial, block });
  }
}

const median = (numbers) => [...numbers].sort((a, b) => a - b)[Math.floor(numbers.length / 2)];
const shown = (numbers, digits) =>
  numbers.length === 0
    ? '–'
    : `${median(numbers).toFixed(digits)} (${Math.min(...numbers).toFixed(digits)}–${Math.max(...numbers).toFixed(digits)})`;

console.log(
  `${values.geometry}, ${threads} threads, prompt ${values.prompt} + ${values.generate} behind ${values.depth}, ${blocks} blocks; median (range)\n`,
);
console.log(
  '| arm | weights read a token, MB | decode, tok/s | prefill, tok/s | load, s | first run, s | peak RSS, MB | CPU a token, prompt included, ms | ratio of decode, prefill |',
);
console.log('|---|---|---|---|---|---|---|---|---|');
/** Median over the blocks of the ratio of a rate to that of the first arm. */
function ratio(trials, rate) {
  const first = arms[0].trials;
  const pairs = trials.flatMap((trial) => {
    const partner = first.find(({ block }) => block === trial.block);
    return partner ? [rate(trial.metrics) / rate(partner.metrics)] : [];
  });
  return shown(pairs, 2);
}
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
    shown(
      trials.map(({ samples }) => samples.firstTokenAfterLoadMs / 1000),
      1,
    ),
    of((m) => m.peakRssBytes / 1e6, 0),
    of((m) => m.cpuSecondsPerToken * 1000, 0),
    `${ratio(trials, (m) => m.decodeTokensPerSecond)}, ${ratio(trials, (m) => m.prefillTokensPerSecond)}`,
  ];
  console.log(`| ${cells.join(' | ')} |`);
}
if (values.out) writeFileSync(values.out, JSON.stringify(arms, null, 1));

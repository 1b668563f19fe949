/**
 * How much of the best known speed of ONNX Runtime the runner keeps: our session port against the C API driven in place,
 * on the same weights, in blocks of tokens that take turns (each in a process of its own), ratio of medians per token.
 *
 *   npm run build && node bench/onnx-inplace.mjs FOLDER [--threads 2] [--contexts 128,3900] [--rounds 15] [--access auto]
 *
 * FOLDER is an int4 decoder, for example:
 *   r1-tune models synth deepseek-r1-distill-qwen-1.5b --quant q4_0 --out 1.5b.gguf && r1-tune models onnx 1.5b.gguf --to int4
 */
import { fork } from 'node:child_process';
import { parseArgs } from 'node:util';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    threads: { type: 'string', default: '2' },
    contexts: { type: 'string', default: '128,3900' },
    rounds: { type: 'string', default: '15' },
    access: { type: 'string', default: 'auto' },
  },
});
const [folder] = positionals;
if (!folder) throw new Error('Give the folder of an int4 decoder; see the head of this file.');
const TOKENS_A_TURN = 6;
/** After a turn of the other, caches and clocks are its: the first tokens do not count. */
const UNCOUNTED = 2;

const median = (values) => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)];
const next = (child) =>
  new Promise((resolve, reject) => {
    const fail = (code, signal) => reject(new Error(`a benchmark process ended with ${code ?? signal}`));
    child.once('exit', fail);
    child.once('message', (message) => {
      child.off('exit', fail);
      resolve(message);
    });
  });

async function start(file, context) {
  const args = [folder, values.threads, `${context}`, `${context + 64}`, values.access];
  const child = fork(new URL(file, import.meta.url), args);
  const { ready } = await next(child);
  return { child, name: ready, times: [], cpuMs: [] };
}

for (const context of values.contexts.split(',').map(Number)) {
  const arms = [await start('onnx-inplace-rival.mjs', context), await start('onnx-inplace-ours.mjs', context)];
  const ratios = [];
  for (let round = 0; round < Number(values.rounds); round++) {
    const order = round % 2 === 0 ? arms : [...arms].reverse();
    const medians = new Map();
    for (const arm of order) {
      arm.child.send({ tokens: TOKENS_A_TURN });
      const turn = await next(arm.child);
      const times = turn.times.slice(UNCOUNTED);
      arm.cpuMs.push(turn.cpuMs);
      arm.times.push(...times);
      medians.set(arm, median(times));
    }
    ratios.push(medians.get(arms[0]) / medians.get(arms[1]));
  }
  const [rival, ours] = arms.map(({ times }) => median(times));
  for (const { child, name, times, cpuMs } of arms) {
    const parts = [`median ${median(times).toFixed(1)} ms`, `best ${Math.min(...times).toFixed(1)} ms`];
    console.log(`context ${context}: ${name}: ${parts.join(', ')}, CPU time ${median(cpuMs).toFixed(1)} ms a token`);
    child.kill();
  }
  const sorted = [...ratios].sort((a, b) => a - b);
  const spread = [sorted[Math.floor(sorted.length / 4)], sorted[Math.floor((3 * sorted.length) / 4)]];
  console.log(
    `context ${context}: our rate is ${(rival / ours).toFixed(3)} of the rival's (rounds: quartiles ${spread.map((r) => r.toFixed(3)).join(' to ')})\n`,
  );
}

/** The other process of the benchmark: what a trial or the server runs, through the session port. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { baseCandidate } from '../dist/core/candidate.js';
import { GREEDY } from '../dist/core/engine.js';
import { tokenTrace } from '../dist/core/workload.js';
import { createOnnxEngine } from '../dist/runners/onnx/index.js';

const [folder, threads, context, capacity, access] = [
  process.argv[2],
  ...process.argv.slice(3, 6).map(Number),
  process.argv[6] ?? 'auto',
];
const { geometry } = JSON.parse(readFileSync(join(folder, 'r1-tune.json'), 'utf8'));
const model = { path: join(folder, 'model.onnx'), format: 'onnx', geometry, contextLength: geometry.contextLength };
const candidate = { ...baseCandidate('onnx', 'int4', threads), batch: 256 };
const session = await createOnnxEngine({ access }).load({ model, candidate, contextTokens: capacity, sequences: 1 });
const sequence = session.openSequence();
await sequence.prefill(tokenTrace(1, context, geometry.vocab));

process.on('message', async ({ tokens }) => {
  const times = [];
  const before = process.cpuUsage();
  for (let i = 0; i < tokens; i++) {
    const start = performance.now();
    await sequence.step([(i * 37 + 5) % geometry.vocab], GREEDY);
    times.push(performance.now() - start);
    // As the rival: every token at the same context.
    await sequence.truncate(context);
  }
  const { user, system } = process.cpuUsage(before);
  process.send({ times, cpuMs: (user + system) / 1000 / tokens });
});
process.send({ ready: session.describe().engine });

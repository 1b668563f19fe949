/**
 * One process of the benchmark: the C API driven as directly as can be, every tensor and pointer made once, a blocking
 * Run a token, the cache read and written in place. No session port, no queue, no sampler but an argmax.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { openOrtApi } from '../dist/runners/onnx/native/ort-api.js';
import { withGroupQueryAttention } from './onnx-gqa-graph.mjs';

const FLOAT = 1;
const INT32 = 6;
const INT64 = 7;

const [folder, threads, context, capacity] = [process.argv[2], ...process.argv.slice(3).map(Number)];
const shape = JSON.parse(readFileSync(join(folder, 'r1-tune.json'), 'utf8')).geometry;
const path = join(folder, 'rival.onnx');
writeFileSync(path, withGroupQueryAttention(readFileSync(join(folder, 'model.onnx')), shape, capacity));

const api = await openOrtApi();
const check = (status) => {
  if (status !== null) throw new Error(api.errorMessage(status));
};
const made = (call, ...args) => {
  const out = [null];
  check(call(...args, out));
  return out[0];
};
const environment = made(api.call.createEnv, 3, 'rival');
const options = made(api.call.createSessionOptions);
check(api.call.setIntraOpNumThreads(options, threads));
check(api.call.setInterOpNumThreads(options, 1));
const session = made(api.call.createSession, environment, path, options);
const memory = made(api.call.createCpuMemoryInfo, 1, 0);

const held = [];
const tensor = (type, Type, dims, fill) => {
  const length = dims.reduce((a, b) => a * b, 1);
  const data = new Type(new ArrayBuffer(length * Type.BYTES_PER_ELEMENT));
  fill?.(data);
  const value = made(
    api.call.createTensorWithData,
    memory,
    data,
    data.byteLength,
    BigInt64Array.from(dims, BigInt),
    dims.length,
    type,
  );
  held.push(data);
  return { data, value };
};
/** Pages that were never written all map to one page of zeros, which no cache would have to fetch. */
const noise = (data) => {
  for (let i = 0; i < data.length; i++) data[i] = ((i * 2654435761) % 1000) / 1000 - 0.5;
};

const ids = tensor(INT64, BigInt64Array, [1, 1]);
const seqlens = tensor(INT32, Int32Array, [1]);
const total = tensor(INT32, Int32Array, []);
const rows = tensor(INT64, BigInt64Array, [1]);
const logits = tensor(FLOAT, Float32Array, [1, 1, shape.vocab]);
const inputs = [
  ['input_ids', ids],
  ['logits_positions', rows],
  ['seqlens_k', seqlens],
  ['total_sequence_length', total],
];
const outputs = [['logits', logits]];
for (let layer = 0; layer < shape.layers; layer++) {
  for (const kind of ['key', 'value']) {
    const cache = tensor(FLOAT, Float32Array, [1, shape.kvHeads, capacity, shape.headDim], noise);
    inputs.push([`past_key_values.${layer}.${kind}`, cache]);
    outputs.push([`present.${layer}.${kind}`, cache]);
  }
}
const pointers = (list, pointerOf) => {
  const array = new BigUint64Array(new ArrayBuffer(8 * list.length));
  list.forEach((entry, i) => {
    array[i] = pointerOf(entry);
  });
  held.push(array);
  return array;
};
const nameOf = ([name]) => {
  const text = Buffer.from(new ArrayBuffer(name.length + 1));
  text.write(name);
  held.push(text);
  return api.koffi.address(text);
};
const plan = [inputs, outputs].map((list) => [pointers(list, nameOf), pointers(list, ([, { value }]) => value)]);

function step(token, past) {
  ids.data[0] = BigInt(token);
  seqlens.data[0] = past;
  total.data[0] = past + 1;
  check(api.call.run(session, null, plan[0][0], plan[0][1], inputs.length, plan[1][0], outputs.length, plan[1][1]));
  let best = 0;
  for (let i = 1; i < logits.data.length; i++) if (logits.data[i] > logits.data[best]) best = i;
  return best;
}

process.on('message', ({ tokens }) => {
  const times = [];
  const before = process.cpuUsage();
  for (let i = 0; i < tokens; i++) {
    const start = performance.now();
    step((i * 37 + 5) % shape.vocab, context);
    times.push(performance.now() - start);
  }
  const { user, system } = process.cpuUsage(before);
  process.send({ times, cpuMs: (user + system) / 1000 / tokens });
});
step(5, context);
process.send({ ready: `ONNX Runtime ${api.version}, C API in place, GroupQueryAttention` });

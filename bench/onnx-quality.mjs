/**
 * Perplexity, divergence from F32 and top-1 agreement of every level of one model on both backends. Prints the table of
 * docs/backends.md.
 *
 *   npm run build && node bench/onnx-quality.mjs FULL.gguf [--text FILE] [--levels q8_0,q4_0] [--onnx fp32,int8,…]
 *
 * FULL.gguf is an F32 or F16 file of a trained model; without --text the built-in text is used.
 */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { baseCandidate } from '../dist/core/candidate.js';
import { inspectGguf } from '../dist/models/gguf/inspect.js';
import { convertToOnnx } from '../dist/models/onnx/convert.js';
import { quantizeGguf } from '../dist/models/quantize.js';
import { measureQuality } from '../dist/quality/measure-quality.js';
import { loadEngine } from '../dist/runners/index.js';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    text: { type: 'string' },
    levels: { type: 'string', default: 'q8_0,q5_1,q4_0' },
    onnx: { type: 'string', default: 'fp32,int8,int8-dynamic,int4,int4-b128' },
    context: { type: 'string', default: '512' },
  },
});
const [source] = positionals;
if (!source) throw new Error('Give a GGUF file of a trained model in F32 or F16.');
const folder = mkdtempSync(join(tmpdir(), 'r1tune-quality-'));
const text = values.text ? { text: readFileSync(values.text, 'utf8') } : {};

async function measure(backend, model, reference) {
  const engine = await loadEngine(backend, { cacheFolder: folder });
  const candidate = { ...baseCandidate(backend, model.quant, 2), kvType: 'f32', flashAttention: false };
  const session = await engine.load({ model, candidate, contextTokens: Number(values.context), sequences: 1 });
  try {
    return await measureQuality({ session, model, backend, reference, ...text });
  } finally {
    await session.dispose();
  }
}

const row = ({ backend, quant, perplexity, klDivergence, top1Agreement }) =>
  console.log(
    `| ${backend} ${quant} | ${perplexity.toFixed(4)} | ${klDivergence?.toExponential(1) ?? 'reference'} | ${top1Agreement?.toFixed(4) ?? 'reference'} |`,
  );

try {
  console.log('| level | perplexity | KL divergence, nats | top-1 agreement |\n|---|---|---|---|');
  const { quality, said } = await measure('llama-cpp', await inspectGguf(source), null);
  row(quality);
  for (const quant of values.levels.split(',').filter(Boolean)) {
    const model = await quantizeGguf({ source, quant, path: join(folder, `${quant}.gguf`), threads: 2 });
    row((await measure('llama-cpp', model, said)).quality);
  }
  for (const level of values.onnx.split(',').filter(Boolean)) {
    const model = await convertToOnnx({ source, level, folder: join(folder, level) });
    row((await measure('onnx', model, said)).quality);
  }
} finally {
  rmSync(folder, { recursive: true });
}
process.exit(0);

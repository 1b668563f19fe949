/**
 * The quality of every level of a finished sweep as a Markdown table, from its run.json: docs/backends.md.
 *
 *   r1-tune sweep --model FULL.gguf --backend llama-cpp,onnx --quant … --quality-text FILE --out RUN
 *   node bench/quality-table.mjs RUN
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const [folder] = process.argv.slice(2);
if (!folder) throw new Error('Give the folder of a run; see the head of this file.');
const { quality, plan } = JSON.parse(readFileSync(join(folder, 'run.json'), 'utf8'));
const bytesOf = ({ backend, quant }) =>
  plan.models.find((model) => model.quant === quant && (model.format === 'onnx') === (backend === 'onnx'))?.sizeBytes;

console.log(`${quality[0]?.tokens} tokens of ${quality[0]?.text ?? 'the built-in text'}\n`);
console.log('| level | file, KB | perplexity | KL divergence, nats | top-1 agreement |\n|---|--:|--:|--:|--:|');
for (const one of quality.toSorted((a, b) => a.perplexity - b.perplexity)) {
  const { backend, quant, perplexity, klDivergence, top1Agreement, reason } = one;
  const numbers = [perplexity?.toFixed(4), klDivergence?.toExponential(1), top1Agreement?.toFixed(4)];
  const cells = numbers.map((text) => text ?? reason ?? '–');
  console.log(`| ${[`${backend} ${quant}`, (bytesOf(one) / 1000).toFixed(0), ...cells].join(' | ')} |`);
}

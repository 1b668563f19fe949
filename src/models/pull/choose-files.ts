import { R1Error } from '../../core/errors.js';
import type { HubFile } from './hub.js';

export type PullFormat = 'gguf' | 'onnx' | 'safetensors';

/** What a tokenizer and a shape need, in any format but GGUF. */
const COMPANIONS = [
  'config.json',
  'generation_config.json',
  'genai_config.json',
  'tokenizer.json',
  'tokenizer_config.json',
  'special_tokens_map.json',
  'chat_template.jinja',
];

/**
 * The files of a repository that make up one model, weights first and config.json last: a folder without it is no model yet.
 * Throws QUANT_MISSING with what there is.
 */
export function chooseFiles(files: readonly HubFile[], format: PullFormat, quant: string): HubFile[] {
  const weights = { gguf: ggufFiles, onnx: onnxFiles, safetensors: safetensorsFiles }[format](files, quant);
  if (format === 'gguf') return weights;
  const companions = COMPANIONS.toReversed().flatMap((name) => files.filter(({ path }) => path === name));
  return [...weights, ...companions];
}

function ggufFiles(files: readonly HubFile[], quant: string): HubFile[] {
  const whole = files.filter(({ path }) => path.endsWith('.gguf') && !/-\d{5}-of-\d{5}\.gguf$/.test(path));
  const levelOf = ({ path }: HubFile): string =>
    (/[-._]([a-z]+\d+(?:_\w+)?)\.gguf$/i.exec(path)?.[1] ?? path).toLowerCase();
  const found = whole.filter((file) => levelOf(file) === quant);
  if (found.length > 0) return found.slice(0, 1);
  throw missing(quant, 'a GGUF file', whole.map(levelOf), 'pull f16 and r1-tune makes the level from it');
}

/** onnx/model_q4.onnx with onnx/model_q4.onnx_data…; plain model.onnx is fp32. The graph comes last: without it the data is no model. */
function onnxFiles(files: readonly HubFile[], quant: string): HubFile[] {
  const graphs = files.filter(({ path }) => /(^|\/)model(_\w+)?\.onnx$/.test(path));
  const levelOf = ({ path }: HubFile): string => /model_(\w+)\.onnx$/.exec(path)?.[1] ?? 'fp32';
  const graph = graphs.find((file) => levelOf(file) === quant);
  if (graph === undefined) throw missing(quant, 'an ONNX graph', graphs.map(levelOf), 'name one of those with --quant');
  const data = files.filter(
    ({ path }) => path.startsWith(`${graph.path}_data`) || path.startsWith(`${graph.path}.data`),
  );
  return [...data, graph];
}

function safetensorsFiles(files: readonly HubFile[]): HubFile[] {
  const weights = files.filter(({ path }) => /^model.*\.safetensors(\.index\.json)?$/.test(path));
  if (weights.length > 0) return weights;
  throw new R1Error('QUANT_MISSING', 'The repository holds no model.safetensors.');
}

function missing(quant: string, what: string, there: readonly string[], mend: string): R1Error {
  const list =
    there.length > 0 ? `there are ${[...new Set(there)].sort().join(', ')}` : 'there is none in the repository';
  return new R1Error('QUANT_MISSING', `No ${quant} of ${what}: ${list}.`, {
    mend: `${mend[0]!.toUpperCase()}${mend.slice(1)}.`,
  });
}

import { R1Error } from '../../core/errors.js';
import { table } from '../../core/table.js';
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
  const inFolder = (folder: string) =>
    COMPANIONS.toReversed().flatMap((name) => files.filter(({ path }) => path === `${folder}${name}`));
  const own = inFolder(folderOf(weights.at(-1)!));
  // onnxruntime-genai keeps several models in one repository, each in a folder with all it needs.
  return [...weights, ...(own.some(({ path }) => path.endsWith('genai_config.json')) ? own : inFolder(''))];
}

const folderOf = ({ path }: HubFile): string => path.slice(0, path.lastIndexOf('/') + 1);

/** Names of parts end in their number and their count; the first part comes last: without it the others are no model. */
const PART = /-\d{5}-of-\d{5}(?=\.gguf$)/;
/** Companions of a model that have its name and level, but are none. */
const COMPANION = /(^|[/._-])(mmproj|imatrix|lora|mtp)([._-]|$)/i;
const SYNONYMS: Readonly<Record<string, string>> = table({ fp16: 'f16', fp32: 'f32', bfloat16: 'bf16' });

function ggufFiles(files: readonly HubFile[], quant: string): HubFile[] {
  const models = files.filter(({ path }) => path.endsWith('.gguf') && !COMPANION.test(path));
  const levelOf = ({ path }: HubFile): string => {
    const name = (/[-._]([a-z]+\d+(?:_\w+)?)\.gguf$/i.exec(path.replace(PART, ''))?.[1] ?? path).toLowerCase();
    return SYNONYMS[name] ?? name;
  };
  const [first] = models.filter((file) => levelOf(file) === quant).sort((a, b) => a.path.length - b.path.length);
  if (first === undefined)
    throw missing(quant, 'a GGUF file', models.map(levelOf), 'pull f16 and r1-tune makes the level from it');
  const stem = first.path.replace(PART, '');
  const parts = models.filter(
    ({ path }) => path.replace(PART, '') === stem && PART.test(path) === PART.test(first.path),
  );
  return parts.sort((a, b) => (a.path < b.path ? 1 : -1));
}

/** onnx/model_q4.onnx with onnx/model_q4.onnx_data…; plain model.onnx is fp32. The graph comes last: without it the data is no model. */
function onnxFiles(files: readonly HubFile[], quant: string): HubFile[] {
  const graphs = files.filter(({ path }) => /(^|\/)model(_\w+)?\.onnx$/.test(path));
  const levelOf = ({ path }: HubFile): string =>
    /model_(\w+)\.onnx$/.exec(path)?.[1] ?? /(?:^|[-_/])(int4|int8|fp16|bf16)(?=[-_/])/i.exec(path)?.[1] ?? 'fp32';
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

function missing(quant: string, what: string, there: readonly string[], fix: string): R1Error {
  const list =
    there.length > 0 ? `there are ${[...new Set(there)].sort().join(', ')}` : 'there is none in the repository';
  return new R1Error('QUANT_MISSING', `No ${quant} of ${what}: ${list}.`, {
    fix: `${fix[0]!.toUpperCase()}${fix.slice(1)}.`,
  });
}

import { createHash } from 'node:crypto';
import { existsSync, readdirSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import type { ModelFile } from '../../core/model.js';
import { readGguf } from '../../formats/gguf/read.js';
import { fileSha256, rememberSha256 } from '../file-hash.js';
import { derivedFolder, syntheticFolder } from '../folders.js';
import { inspectGguf } from '../gguf/inspect.js';
import { importSafetensors } from '../huggingface/import.js';
import { convertToOnnx } from '../onnx/convert.js';
import { whyNotConvertible } from '../onnx/convertible.js';
import { inspectOwnOnnx } from '../onnx/inspect-own.js';
import { isOnnxLevel, type OnnxLevel } from '../onnx/levels.js';
import { GRAPH_REVISION } from '../onnx/manifest.js';
import { quantizeGguf } from '../quantize.js';
import { isSyntheticQuant, SYNTHETIC_REVISION, synthesizeGguf } from '../synthesize.js';
import type { SyntheticType } from '../synthetic/pool.js';
import { formatOf } from './levels.js';
import { modelSha256 } from './model-hash.js';
import type { Level, ResolveOptions, Source } from './types.js';

/** The GGUF level whose weights an ONNX level is made from without loss, or with the least. */
const SYNTHETIC_BASE: Record<OnnxLevel, SyntheticType> = {
  fp32: 'f16',
  int8: 'q8_0',
  int4: 'q4_0',
  'int4-b128': 'f16',
  'int8-dynamic': 'f16',
};

/** The file of one level: found, synthesized, quantized or converted. A string is the reason why it cannot be had. */
export async function provideLevel(source: Source, level: Level, options: ResolveOptions): Promise<ModelFile | string> {
  if (source.kind === 'synthetic') return provideSynthetic(source, level, options);
  if (source.kind === 'safetensors') {
    const imported = await importedFile(source.folder, options);
    return provideLevel({ id: source.id, kind: 'files', files: [imported] }, level, options);
  }
  const own = source.files.find((file) => file.format === formatOf(level) && file.quant === level.quant);
  if (own) return own;
  const base = baseFor(source.files, level);
  return typeof base === 'string' ? base : derive(base, level, options);
}

async function provideSynthetic(
  source: Extract<Source, { kind: 'synthetic' }>,
  level: Level,
  options: ResolveOptions,
): Promise<ModelFile | string> {
  const { quant } = level;
  if (formatOf(level) === 'gguf' && isSyntheticQuant(quant)) return synthesized(source.geometry, quant, options);
  const base = isOnnxLevel(quant) ? SYNTHETIC_BASE[quant] : 'f16';
  return derive(await synthesized(source.geometry, base, options), level, options);
}

async function synthesized(
  geometry: Extract<Source, { kind: 'synthetic' }>['geometry'],
  quant: SyntheticType,
  options: ResolveOptions,
): Promise<ModelFile> {
  const { home, seed = 1, vocabularyPath, signal, onStep } = options;
  const vocabulary = vocabularyPath === undefined ? '' : `-${(await fileSha256(vocabularyPath, home)).slice(0, 8)}`;
  const path = join(
    syntheticFolder(home),
    `${geometry.id}-r${SYNTHETIC_REVISION}-seed${seed}${vocabulary}-${quant}.gguf`,
  );
  if (existsSync(path)) return inspectGguf(path);
  const onProgress = (share: number): void => onStep?.(`Writing a synthetic ${geometry.id} in ${quant}`, share);
  const model = await synthesizeGguf({ geometry, quant, seed, path, vocabularyPath, signal, onProgress });
  await rememberSha256(path, home, model.sha256!);
  return model;
}

/** The F16 twin of a Hugging Face folder, named after the hash of its shards. */
async function importedFile(folder: string, options: ResolveOptions): Promise<ModelFile> {
  const { home, signal, onStep } = options;
  const shards = readdirSync(folder).filter((name) => name.endsWith('.safetensors'));
  const hash = createHash('sha256');
  for (const shard of shards.sort()) hash.update(await fileSha256(join(folder, shard), home, { signal }));
  const name = basename(resolve(folder));
  const path = join(derivedFolder(home), `${name}-${hash.digest('hex').slice(0, 12)}-f16.gguf`);
  if (existsSync(path)) return inspectGguf(path);
  const onProgress = (share: number): void => onStep?.(`Importing ${name}`, share);
  return importSafetensors({ folder, path, type: 'f16', signal, onProgress });
}

/** The file that loses least when the level is made from it, or the reason why none will do. */
function baseFor(files: readonly ModelFile[], { quant }: Level): ModelFile | string {
  const gguf = files.filter(({ format }) => format === 'gguf');
  const exact: Record<string, string> = { int4: 'q4_0', int8: 'q8_0' };
  const full = ['f32', 'f16', 'bf16'].flatMap((name) => gguf.filter((file) => file.quant === name))[0];
  const base = gguf.find((file) => file.quant === exact[quant]) ?? full ?? (quant === 'fp32' ? gguf[0] : undefined);
  if (base) return base;
  if (gguf.length === 0) return `the model has no GGUF file to make ${quant} from`;
  const there = gguf.map((file) => file.quant).join(', ');
  return `${quant} needs an f32, f16 or bf16 GGUF file${exact[quant] ? ` (or ${exact[quant]})` : ''}, and there is only ${there}`;
}

/** Quantizes or converts a file into the cache, under a name that holds the hash of the source. */
async function derive(base: ModelFile, level: Level, options: ResolveOptions): Promise<ModelFile | string> {
  const { home, threads, signal, onStep } = options;
  const hash = await modelSha256(base, options);
  const stem = join(derivedFolder(home), `${basename(base.path, '.gguf')}-${hash.slice(0, 12)}`);
  const onProgress = (share: number): void => onStep?.(`Making ${level.quant} from ${basename(base.path)}`, share);
  const { quant } = level;
  if (isOnnxLevel(quant)) {
    const obstacle = whyNotConvertible(readGguf(base.path), base.geometry);
    if (obstacle) return `${quant} cannot be made from ${basename(base.path)}: ${obstacle}`;
    const folder = `${stem}-${quant}-onnx${GRAPH_REVISION}`;
    if (existsSync(folder)) return inspectOwnOnnx(folder);
    return convertToOnnx({ source: base.path, level: quant, folder, signal, onProgress });
  }
  const path = `${stem}-${quant}.gguf`;
  if (existsSync(path)) return inspectGguf(path);
  return quantizeGguf({ source: base.path, quant, path, threads, allowRequantize: false, signal, onProgress });
}

import { BACKENDS, type Backend } from '../core/backends.js';
import { R1Error } from '../core/errors.js';
import type { ModelFile, ModelFormat } from '../core/model.js';
import { formatBytes } from '../core/units.js';
import { levelFile } from './resolve/expected.js';
import { wantedLevels } from './resolve/levels.js';
import { modelSha256 } from './resolve/model-hash.js';
import { provideLevel } from './resolve/provide.js';
import { readSource } from './resolve/source.js';
import type { Level, ResolvedModel, ResolveOptions, Source } from './resolve/types.js';

export type { Level, ResolvedModel, ResolveOptions } from './resolve/types.js';

/**
 * Finds or makes a file for every level that is asked for. Files that are made are kept under `home` for the next time.
 * Throws MODEL_NOT_FOUND, MODEL_INVALID, USAGE, DISK_FULL …; QUANT_MISSING when not one level can be had.
 */
export async function resolveModel(spec: string | undefined, options: ResolveOptions): Promise<ResolvedModel> {
  const source = await readSource(spec, options.home);
  const files: ResolvedModel['files'] = [];
  const missing: ResolvedModel['missing'] = [];
  for (const level of wantedLevels(source, options.backends, options.quants)) {
    const found = whyTooLarge(source, level, options) ?? (await provideLevel(source, level, options));
    if (typeof found === 'string') missing.push({ ...level, reason: found });
    else files.push({ backend: level.backend, model: await withHash(found, options) });
  }
  for (const level of backendsWithout(source, options, [...files, ...missing])) missing.push(level);
  if (files.length > 0) return { id: source.id, files, missing };
  const reasons = missing.map(({ backend, reason }) => `${backend}: ${reason}`);
  throw new R1Error(
    'QUANT_MISSING',
    `${source.id} offers nothing for ${options.backends.join(' or ')}. ${reasons.join('; ')}`.trimEnd(),
  );
}

/** Why a file that is not there, of a level that is ours to choose, is not worth making: it could not be loaded. */
function whyTooLarge(source: Source, level: Level, { quants, roomBytes }: ResolveOptions): string | undefined {
  if (source.kind === 'safetensors' || quants !== undefined || roomBytes === undefined) return undefined;
  const { path, sizeBytes } = levelFile(source, level);
  if (path !== '' || sizeBytes <= roomBytes) return undefined;
  return `${level.quant} would take ${formatBytes(sizeBytes)} of ${formatBytes(roomBytes)} that may be used (--quant ${level.quant} makes it all the same)`;
}

/** What files of a format are had from, for one that cannot be had. */
const NEEDS: Record<ModelFormat, (engine: string) => string> = {
  gguf: (engine) => `${engine} needs a GGUF file`,
  onnx: () => 'an ONNX decoder is made from GGUF files',
};

/** When the levels are ours to choose, a backend that has none is not dropped in silence. */
function backendsWithout(
  source: Source,
  { backends, quants }: ResolveOptions,
  seen: readonly { backend: Backend }[],
): ResolvedModel['missing'] {
  if (source.kind !== 'files' || quants !== undefined) return [];
  const there = source.files.map(({ format, quant }) => `${quant} (${format})`).join(', ');
  return backends
    .filter((backend) => !seen.some((level) => level.backend === backend))
    .map((backend) => {
      const { format, title } = BACKENDS[backend];
      return { backend, quant: 'auto', reason: `${NEEDS[format](title)}, and there is only ${there}` };
    });
}

async function withHash(model: ModelFile, options: ResolveOptions): Promise<ModelFile> {
  return { ...model, sha256: model.sha256 ?? (await modelSha256(model, options)) };
}

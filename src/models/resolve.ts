import { R1Error } from '../core/errors.js';
import type { ModelFile } from '../core/model.js';
import { wantedLevels } from './resolve/levels.js';
import { modelSha256 } from './resolve/model-hash.js';
import { provideLevel } from './resolve/provide.js';
import { readSource } from './resolve/source.js';
import type { ResolvedModel, ResolveOptions } from './resolve/types.js';

export type { Level, ModelBackend, ResolvedModel, ResolveOptions } from './resolve/types.js';

/**
 * Finds or makes a file for every level that is asked for. Files that are made are kept under `home` for the next time.
 * Throws MODEL_NOT_FOUND, MODEL_INVALID, USAGE, DISK_FULL …; QUANT_MISSING when not one level can be had.
 */
export async function resolveModel(spec: string | undefined, options: ResolveOptions): Promise<ResolvedModel> {
  const source = await readSource(spec, options.home);
  const files: ResolvedModel['files'] = [];
  const missing: ResolvedModel['missing'] = [];
  for (const level of wantedLevels(source, options.backends, options.quants)) {
    const found = await provideLevel(source, level, options);
    if (typeof found === 'string') missing.push({ ...level, reason: found });
    else files.push({ backend: level.backend, model: await withHash(found, options) });
  }
  if (files.length > 0) return { id: source.id, files, missing };
  const reasons = missing.map(({ backend, reason }) => `${backend}: ${reason}`);
  throw new R1Error(
    'QUANT_MISSING',
    `${source.id} offers nothing for ${options.backends.join(' or ')}. ${reasons.join('; ')}`.trimEnd(),
  );
}

async function withHash(model: ModelFile, options: ResolveOptions): Promise<ModelFile> {
  return { ...model, sha256: model.sha256 ?? (await modelSha256(model, options)) };
}

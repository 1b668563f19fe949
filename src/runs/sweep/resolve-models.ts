import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { BACKENDS, type Backend, type ModelArm } from '../../core/backends.js';
import { R1Error } from '../../core/errors.js';
import { GEOMETRIES } from '../../core/model.js';
import type { Exclusion } from '../../core/run-result.js';
import { resolveModel } from '../../models/resolve.js';
import type { Context } from '../context.js';
import { homeFolder } from '../home.js';

export type ResolvedModels = {
  id: string;
  /** One for each engine and level; engines of one format share their files. */
  arms: ModelArm[];
  excluded: Exclusion[];
};
export type ModelsRequest = {
  spec: string | undefined;
  backends: readonly Backend[];
  quants: readonly string[] | undefined;
  /** Threads for making files. */
  threads: number;
  /** Memory that a model may take, bytes; null where it is not known. */
  roomBytes?: number | null;
};

/** `--model`, `--backend` and `--quant` → a file for each engine and level, made and hashed when need be, with progress. */
export async function resolveModels(request: ModelsRequest, context: Context): Promise<ResolvedModels> {
  if (request.backends.some((backend) => !BACKENDS[backend].isReal)) return fakeModels(request);
  const resolved = await resolveModel(request.spec, {
    home: homeFolder(context.host),
    backends: request.backends,
    quants: request.quants,
    threads: request.threads,
    roomBytes: request.roomBytes ?? undefined,
    onStep: (what, share) => context.emit({ type: 'step', what, share }),
    signal: context.signal,
  });
  context.emit({ type: 'idle' });
  for (const { backend, reason } of resolved.missing)
    context.emit({ type: 'note', text: `Left out: ${backend}: ${reason}.` });
  return {
    id: resolved.id,
    // Profiles are served from other folders than the one they were measured in.
    arms: resolved.files.map(({ backend, model }) => ({ backend, model: { ...model, path: resolve(model.path) } })),
    excluded: resolved.missing.map(({ backend, quant, reason }) => ({
      axis: 'quant',
      value: `${backend} ${quant}`,
      reason,
      configurations: 0,
    })),
  };
}

/** The fake engine reads a script where others read weights; its shape stands for nothing. For testing r1-tune itself. */
function fakeModels({ spec, quants }: ModelsRequest): ResolvedModels {
  const path = spec ?? '';
  if (!existsSync(path))
    throw new R1Error('MODEL_NOT_FOUND', `"${path}" does not exist; the fake engine needs a script.`);
  const { id, ...shape } = GEOMETRIES.tiny;
  const script = {
    path: resolve(path),
    format: 'gguf' as const,
    sizeBytes: 1000,
    sha256: null,
    architecture: shape.architecture,
    geometryId: id,
    geometry: shape,
  };
  const numbers = {
    parameters: 1000,
    bytesPerToken: 500,
    kvBytesPerToken: 16,
    weights: 'random' as const,
    name: 'fake',
    contextLength: 4096,
  };
  const arms = (quants ?? ['q4_0']).map((quant) => ({
    backend: 'fake' as const,
    model: { ...script, ...numbers, quant },
  }));
  return { id: path, arms, excluded: [] };
}

import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Backend } from '../../core/candidate.js';
import { R1Error } from '../../core/errors.js';
import { GEOMETRIES } from '../../core/model.js';
import type { Exclusion } from '../../core/run-result.js';
import { inspectGguf } from '../../models/gguf/inspect.js';
import { isSyntheticQuant, synthesizeGguf } from '../../models/synthesize.js';
import type { ModelArm } from '../../sweeps/space.js';
import type { Context } from '../context.js';
import { modelsFolder } from '../home.js';

export type ResolvedArms = { id: string; arms: ModelArm[]; excluded: Exclusion[] };
export type ArmsRequest = { spec: string | undefined; backends: readonly Backend[]; quants: string[] | undefined };

export async function resolveArms(request: ArmsRequest, context: Context): Promise<ResolvedArms> {
  const spec = request.spec ?? 'synthetic:deepseek-r1-distill-qwen-1.5b';
  if (request.backends.includes('fake'))
    return { id: spec, arms: fakeArms(spec, request.quants ?? ['q4_0']), excluded: [] };
  if (!spec.startsWith('synthetic:'))
    return { id: spec, arms: [{ backend: 'llama-cpp', model: await inspectGguf(spec) }], excluded: [] };
  const id = spec.slice(10);
  const geometry = Object.values(GEOMETRIES).find((g) => g.id === id);
  if (!geometry) throw new R1Error('MODEL_NOT_FOUND', `no geometry ${id}`);
  const arms: ModelArm[] = [];
  mkdirSync(modelsFolder(context.host), { recursive: true });
  for (const quant of request.quants ?? ['q4_0', 'q8_0']) {
    if (!isSyntheticQuant(quant)) throw new R1Error('QUANT_MISSING', quant);
    const path = join(modelsFolder(context.host), `synthetic-${id}-${quant}.gguf`);
    arms.push({
      backend: 'llama-cpp',
      model: existsSync(path) ? await inspectGguf(path) : await synthesizeGguf({ geometry, quant, seed: 1, path }),
    });
  }
  return { id: spec, arms, excluded: [] };
}

/** The fake engine reads a script where others read weights; its shape stands for nothing. For testing r1-tune itself. */
function fakeArms(path: string, quants: readonly string[]): ModelArm[] {
  if (!existsSync(path))
    throw new R1Error('MODEL_NOT_FOUND', `${path} does not exist; the fake engine needs a script.`);
  const { id, ...shape } = GEOMETRIES.tiny;
  const script = {
    path,
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
  return quants.map((quant) => ({ backend: 'fake', model: { ...script, ...numbers, quant } }));
}

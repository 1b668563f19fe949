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

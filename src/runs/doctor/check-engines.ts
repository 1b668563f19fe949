import { BACKENDS, type Backend, REAL_BACKENDS } from '../../core/backends.js';
import type { DoctorCheck } from '../../core/doctor.js';
import { R1Error } from '../../core/errors.js';
import type { ModelFile } from '../../core/model.js';
import type { Context } from '../context.js';
import { requireEngine } from '../engines/present.js';
import { tinyModel, tinyTrial } from './tiny-trial.js';

export type CheckedEngine = { check: DoctorCheck; backend: Backend; model: ModelFile | null };

/** Each engine runs a model of a few megabytes in a child. */
export async function checkEngines(context: Context): Promise<CheckedEngine[]> {
  const checked: CheckedEngine[] = [];
  for (const backend of REAL_BACKENDS) checked.push(await checkEngine(backend, context));
  return checked;
}

async function checkEngine(backend: Backend, context: Context): Promise<CheckedEngine> {
  const { title, byDefault } = BACKENDS[backend];
  context.emit({ type: 'step', what: `${title}: loading it in a process of its own`, share: null });
  const part = { id: `engine-${backend}`, title, required: byDefault.sweep };
  try {
    requireEngine(backend, context.host);
    const model = await tinyModel(backend, context);
    const { status, reason, effective } = await tinyTrial(backend, model, {}, context);
    if (status === 'measured')
      return {
        backend,
        model,
        check: { ...part, state: 'works', detail: `ran a tiny model: ${effective!.engine}`, fix: null },
      };
    return {
      backend,
      model: null,
      check: { ...part, state: 'fails', detail: reason ?? status, fix: 'npm install --global r1-tune' },
    };
  } catch (error) {
    if (!(error instanceof R1Error) || context.signal.aborted) throw error;
    const state = error.code === 'ENGINE_MISSING' ? 'missing' : 'fails';
    return { backend, model: null, check: { ...part, state, detail: error.message, fix: error.fix } };
  }
}

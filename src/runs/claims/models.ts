import { backendOf } from '../../core/backend-of.js';
import { BACKENDS, defaultBackends } from '../../core/backends.js';
import type { Backend } from '../../core/candidate.js';
import { R1Error } from '../../core/errors.js';
import type { Machine } from '../../core/machine.js';
import { GEOMETRIES, type ModelFile, type ModelFormat } from '../../core/model.js';
import { weightBytesPerToken } from '../../core/roofline.js';
import { formatBytes } from '../../core/units.js';
import type { Context } from '../context.js';
import { parseBackends } from '../sweep/asked-axes.js';
import { resolveModels } from '../sweep/resolve-models.js';
import { type Started, startRun } from '../sweep/start.js';
import type { ClaimsRequest } from './request.js';

/** Levels that the claims are about, for sources from which any can be made; claim 5 compares all. */
const LEVELS: Record<ModelFormat, { base: string[]; every: string[] }> = {
  gguf: { base: ['q4_0'], every: ['q4_0', 'q8_0', 'f16'] },
  onnx: { base: ['int4'], every: ['int4', 'int8'] },
};
const levels = (which: 'base' | 'every'): string[] => Object.values(LEVELS).flatMap((format) => format[which]);
const LEVELS_CLAIM = 5;
const LARGER_CLAIM = 8;

const LARGER_ID = 'deepseek-r1-distill-qwen-7b';
const LARGER_QUANT = 'q4_0';
/** Mapped weights and their repacked copy, and Node with its buffers. */
const WEIGHT_COPIES = 2.2;
const PROCESS_BYTES = 1024 ** 3;

const isFake = (flags: ClaimsRequest): boolean => flags.backend?.includes('fake') ?? false;

/** The claims are about some engines only: another that runs the same files would be tested in their name. Throws USAGE. */
function checkEngines({ backend }: ClaimsRequest): void {
  const known = defaultBackends('claims');
  const other = parseBackends(backend, known).find((id) => BACKENDS[id].isReal && !known.includes(id));
  if (other !== undefined)
    throw new R1Error('USAGE', `--backend ${other}: the claims are about ${known.join(' and ')}.`, {
      fix: `Leave ${other} out; \`r1-tune sweep\` compares all engines.`,
    });
}

/**
 * Machine and files for the claims asked for: the levels they need where these can be had or made, else what the model
 * itself offers.
 */
export async function startClaims(flags: ClaimsRequest, claims: readonly number[], context: Context): Promise<Started> {
  checkEngines(flags);
  const start = (quant: string[] | undefined): Promise<Started> =>
    startRun({ ...flags, quant }, defaultBackends('claims'), context);
  if (isFake(flags)) return start(['q4_0', 'q8_0']);
  try {
    return await start(levels(claims.includes(LEVELS_CLAIM) ? 'every' : 'base'));
  } catch (error) {
    const isOther = error instanceof R1Error && (error.code === 'QUANT_MISSING' || error.code === 'USAGE');
    if (!isOther) throw error;
    return start(undefined);
  }
}

/** Why each backend has no file, for claims that are about both. */
export function absentReasons(started: Started): Record<string, string> {
  const present = new Set<Backend>(started.models.map(backendOf));
  const reasons: Record<string, string> = {};
  for (const { value, reason } of started.excluded) {
    const [backend] = value.split(' ');
    if (backend && !present.has(backend as Backend)) reasons[backend] = reason;
  }
  return reasons;
}

/** A 7B model for the claim that speaks of one; a string is the reason why there is none. */
export async function largerModel(
  flags: ClaimsRequest,
  claims: readonly number[],
  machine: Machine,
  context: Context,
): Promise<ModelFile | string> {
  if (!claims.includes(LARGER_CLAIM)) return 'no claim asked for needs one.';
  if (isFake(flags)) return 'the fake engine has none.';
  const needed = WEIGHT_COPIES * weightBytesPerToken(GEOMETRIES[LARGER_ID], LARGER_QUANT) + PROCESS_BYTES;
  const usable = machine.memory.usableBytes.value;
  if (usable !== null && usable < needed)
    return `it needs about ${formatBytes(Math.round(needed))} of memory; ${formatBytes(usable)} may be used.`;
  try {
    const request = { spec: `synthetic:${LARGER_ID}`, backends: ['llama-cpp' as const], quants: [LARGER_QUANT] };
    const { arms } = await resolveModels({ ...request, threads: machine.limits.threadBudget }, context);
    return arms[0]!.model;
  } catch (error) {
    if (!(error instanceof R1Error) || error.code === 'INTERRUPTED') throw error;
    return error.message;
  }
}

import type { Candidate } from '../../core/candidate.js';
import { R1Error } from '../../core/errors.js';
import { KV_SIZE_OVER_F16 } from '../../core/kv-type.js';
import type { ModelFile } from '../../core/model.js';
import { formatBytes } from '../../core/units.js';

/** Node.js, the engine's work buffers and the supervisor. */
const REST_BYTES = 1024 ** 3;
/**
 * Refuses to start what could not fit: being killed by the kernel in the middle of answers is worse. Throws
 * `MACHINE_UNFIT` with every number. Weights count once a worker, since each repacks them for its kernels.
 */
export function checkMemory(
  model: ModelFile,
  candidate: Candidate,
  contextTokens: number,
  limitBytes: number | null,
): void {
  const { replicas, sequences, kvType } = candidate;
  const weights = model.sizeBytes * replicas;
  const kv = model.kvBytesPerToken * KV_SIZE_OVER_F16[kvType] * contextTokens * sequences * replicas;
  const need = weights + kv + REST_BYTES;
  if (limitBytes === null || need <= limitBytes) return;
  const parts = `${formatBytes(weights)} of weights (${replicas} × ${formatBytes(model.sizeBytes)}), ${formatBytes(kv)} of KV cache (${replicas * sequences} sequences of ${contextTokens} tokens) and ${formatBytes(REST_BYTES)} beside`;
  throw new R1Error(
    'MACHINE_UNFIT',
    `Serving needs ${formatBytes(need)}: ${parts}; the memory limit is ${formatBytes(limitBytes)}.`,
    {
      fix: 'Serve fewer --workers, tune with a shorter --context or a smaller quantization, or raise the limit.',
    },
  );
}

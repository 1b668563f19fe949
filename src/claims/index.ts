import type { Claim } from './claim.js';
import { threadCount } from './claims/01-thread-count.js';
import { openMpVariables } from './claims/02-openmp-variables.js';
import { binding } from './claims/03-binding.js';
import { avx512 } from './claims/04-avx512.js';
import { bytes } from './claims/05-bytes.js';
import { allocators } from './claims/06-allocators.js';
import { warmUp } from './claims/07-warm-up.js';
import { cpuIsEnough } from './claims/08-cpu-is-enough.js';
import { streamsAndPrefix } from './claims/09-streams-and-prefix.js';
import { workers } from './claims/10-workers.js';
import { swappiness } from './claims/11-swappiness.js';
import { halfTheCost } from './claims/12-half-the-cost.js';
import { guaranteedQos } from './claims/13-guaranteed-qos.js';

/** Every claim, by number. To add one: a file in claims/, and a line here. */
export const CLAIMS: readonly Claim[] = [
  threadCount,
  openMpVariables,
  binding,
  avx512,
  bytes,
  allocators,
  warmUp,
  cpuIsEnough,
  streamsAndPrefix,
  workers,
  swappiness,
  halfTheCost,
  guaranteedQos,
];

import type { TrialPhase } from '../../core/outcome.js';

/** Phases whose trials are compared in blocks: these are watched by sentinels, and run again when disturbed. Others are only hints. */
export const COMPARED: ReadonlySet<TrialPhase> = new Set<TrialPhase>(['race', 'confirm', 'gate', 'claim']);

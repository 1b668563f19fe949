import type { Arm } from '../../core/experiment.js';
import type { Preflight } from '../../core/gate.js';
import type { Profile } from '../../core/profile.js';
import type { GateOptions } from '../../sweeps/gate/paired.js';
import type { ExperimentPorts } from '../experiment/ports.js';

/** Which of the two a trial belongs to; both may be the same configuration. */
export type Side = 'baseline' | 'candidate';

export type GateJob = {
  profiles: Record<Side, Profile>;
  arms: Record<Side, Arm>;
  /** Seed of the coins. */
  seed: number;
  options: GateOptions;
  /** What the machine was like before the first trial; null where nobody looked. */
  preflight: Preflight | null;
  ports: ExperimentPorts;
};

/** What a profile promises, as an arm: its configuration on its file, under the workload of the baseline. */
export const sideArm = (side: Side, profile: Profile, more: Pick<Arm, 'model' | 'workload'> & Partial<Arm>): Arm => ({
  candidate: profile.candidate,
  fidelity: 'full',
  contextTokens: profile.contextTokens,
  ...more,
  name: side,
});

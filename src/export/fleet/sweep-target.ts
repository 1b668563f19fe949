import type { Profile } from '../../core/profile.js';
import type { ExportFile } from '../target.js';

export const SWEEP_TARGETS = ['kubernetes-sweep', 'ssh-sweep'] as const;
export type SweepTarget = (typeof SWEEP_TARGETS)[number];

/** A sweep of every machine of a pool. */
export type SweepOptions = {
  /** Name of the pool and of all objects. */
  pool: string;
  /** What is tuned: a path below /models, a catalog id or synthetic:GEOMETRY. */
  model: string;
  /** Further arguments of the sweep, for example --budget 20m. */
  sweepArguments: readonly string[];
  image: string;
  /** Machines: how many pods (Kubernetes), or their names (SSH). */
  nodes: number | readonly string[];
  /** Label that the nodes of the pool have, as key=value; null for all nodes. */
  selector: string | null;
  /** Whole CPUs and memory of a pod. */
  cpus: number;
  memoryMebibytes: number;
  /** With a profile a gate of the pool is made too. */
  profile: Profile | null;
};

export type SweepExporter = (options: SweepOptions) => ExportFile[];

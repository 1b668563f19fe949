import type { ExportFile } from '../target.js';
import { kubernetesSweep } from './kubernetes-sweep.js';
import { sshSweep } from './ssh-sweep.js';
import type { SweepExporter, SweepOptions, SweepTarget } from './sweep-target.js';

const EXPORTERS: Record<SweepTarget, SweepExporter> = { 'kubernetes-sweep': kubernetesSweep, 'ssh-sweep': sshSweep };

/** What measures every machine of a pool: a pure function of the options. Throws `USAGE`. */
export const exportSweep = (target: SweepTarget, options: SweepOptions): ExportFile[] => EXPORTERS[target](options);

export { SWEEP_TARGETS, type SweepOptions, type SweepTarget } from './sweep-target.js';

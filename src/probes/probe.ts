import type { Machine } from '../core/machine.js';
import type { Host } from '../core/ports.js';

/**
 * The seam for a new fact: one section of the Machine, the sections it rests on, and how it is read from a host.
 * A probe starts no process, needs no right and never throws: what cannot be read is a fact of its own.
 */
export type Probe<Section extends keyof Machine = keyof Machine> = {
  section: Section;
  needs: readonly (keyof Machine)[];
  run(host: Host, soFar: Machine): Machine[Section];
};

/** Types `run` so that it sees exactly the sections it declared in `needs`. */
export function defineProbe<Section extends keyof Machine, Need extends keyof Machine>(
  section: Section,
  needs: readonly Need[],
  run: (host: Host, soFar: Pick<Machine, Need>) => Machine[Section],
): Probe<Section> {
  return { section, needs, run };
}

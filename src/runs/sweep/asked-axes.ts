import { BACKEND_IDS, type Backend } from '../../core/backends.js';
import { type Ask, AXIS_IDS, type AxisId, KNOBS } from '../../core/knobs.js';
import type { Machine } from '../../core/machine.js';
import { orAuto, parseNames } from '../../core/parse.js';
import type { AskedAxes } from '../../sweeps/space/axes.js';

/** The axis flags as typed. */
export type AxisFlags = { [K in AxisId]?: string[] | undefined };

/** The axis flags → what the search space is built from. Throws USAGE naming the flag and the value. */
export function askedAxes(flags: AxisFlags, machine: Machine): AskedAxes {
  const asked = AXIS_IDS.map((id) => {
    const { axis, ask } = KNOBS[id];
    return [id, orAuto(flags[id], (typed) => (ask as Ask<unknown>).parse([typed].flat(), axis, machine))];
  });
  return Object.fromEntries(asked) as AskedAxes;
}

export const parseBackends = (typed: string[] | undefined, fallback: readonly Backend[]): readonly Backend[] =>
  typed ? parseNames('backend', typed, BACKEND_IDS) : fallback;

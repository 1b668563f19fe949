import { type AskedValue, AXIS_IDS, type AxisId } from '../../core/knobs.js';

/** What the user asked of one axis: values, or "auto" to derive them from the machine. */
export type Asked<T> = readonly T[] | 'auto';

/** The axes of a sweep as asked for. */
export type AskedAxes = { [K in AxisId]: Asked<AskedValue<K>> };

export const AUTO_AXES = Object.fromEntries(AXIS_IDS.map((id) => [id, 'auto'])) as AskedAxes;

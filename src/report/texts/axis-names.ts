import { BACKENDS, type Backend } from '../../core/backends.js';
import { KNOBS, type KnobId } from '../../core/knobs.js';
import { same, type Text } from './text.js';

/** A field of the candidate as people call it. The knobs of one engine stand together under its name. */
export function axisName(axis: string): Text {
  if (Object.hasOwn(KNOBS, axis)) return KNOBS[axis as KnobId].title;
  return same(Object.hasOwn(BACKENDS, axis) ? BACKENDS[axis as Backend].title : axis);
}

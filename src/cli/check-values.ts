import type { Argv } from 'yargs';
import { R1Error } from '../core/errors.js';

type WithOptions = Argv & { getOptions(): { array: string[] } };

/**
 * What the parser lets through: text where a number belongs becomes NaN, and a flag given twice becomes a list.
 * Throws USAGE naming the flag; returns true when all values are sound.
 */
export function checkValues(argv: Record<string, unknown>, program: Argv): true {
  const lists = new Set((program as WithOptions).getOptions().array);
  for (const [name, value] of Object.entries(argv)) {
    // Every flag is there a second time under its name in camel case.
    if (name === '_' || /[A-Z]/.test(name)) continue;
    if (Number.isNaN(value)) throw new R1Error('USAGE', `--${name}: expected a number.`);
    if (Array.isArray(value) && !lists.has(name))
      throw new R1Error('USAGE', `--${name} was given more than once; it takes one value.`, {
        fix: 'Give it once.',
      });
  }
  return true;
}

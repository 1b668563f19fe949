import { R1Error } from '../../../core/errors.js';
import type { Strategy } from '../strategy.js';
import { coordinateRace } from './coordinate-race.js';
import { grid } from './grid.js';
import { modelRace } from './model-race.js';
import { random } from './random.js';

/** The strategies by preference: the first is the default. */
export const STRATEGIES: readonly Strategy[] = [modelRace, coordinateRace, random, grid];

export const isStrategy = (id: string): boolean => STRATEGIES.some((strategy) => strategy.id === id);

export function strategyById(id: string): Strategy {
  const found = STRATEGIES.find((strategy) => strategy.id === id);
  if (found) return found;
  const known = STRATEGIES.map((strategy) => strategy.id).join(', ');
  throw new R1Error('USAGE', `"${id}" is not a search strategy; expected one of ${known}.`);
}

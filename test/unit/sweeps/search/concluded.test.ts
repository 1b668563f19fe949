import { describe, expect, it } from 'vitest';
import { concludedSession, conclusionOf } from '../../../../src/sweeps/search/concluded.js';
import type { TrialResult } from '../../../../src/sweeps/search/search-space.js';
import { openSession } from '../../../../src/sweeps/search/session.js';
import { modelRace } from '../../../../src/sweeps/search/strategies/model-race.js';
import { smallWorld } from '../../../helpers/search/synthetic-world.js';

const world = smallWorld(2, 30);
const { space } = world;

/** All that a search was told. */
function played(): TrialResult[] {
  const env = world.open(1);
  const session = openSession(modelRace, space, { seed: 1 });
  const told: TrialResult[] = [];
  for (let batch = session.ask(); batch.length > 0; batch = session.ask())
    for (const ask of batch) {
      const result = { ...ask, ...env.run(ask.id, ask.fidelity) };
      told.push(result);
      session.tell(result);
    }
  expect(session.result!.recommendation).toEqual(conclusionOf(space, told, 1).recommendation);
  return told;
}

describe('a search that another version began', () => {
  const told = played();

  it('ends with the recommendation that its own trials support, and asks for nothing', () => {
    const session = concludedSession(space, told, 1);
    expect(session.ask()).toEqual([]);
    const { confirmation, choice } = session.result!;
    expect(confirmation!.ratio.n).toBeGreaterThanOrEqual(10);
    expect(choice!.standings.length).toBeGreaterThan(3);
  });

  it('recommends nothing where it was cut before its first pair', () => {
    const { recommendation, confirmation } = conclusionOf(
      space,
      told.filter(({ phase }) => phase === 'race'),
      1,
    );
    expect(confirmation).toBeNull();
    expect(recommendation).toEqual({ id: space.defaultId, because: 'too-little' });
  });

  it('says so where nothing ran', () =>
    expect(conclusionOf(space, [], 1)).toMatchObject({ choice: null, recommendation: null }));
});

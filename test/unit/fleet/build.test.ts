import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { baseCandidate } from '../../../src/core/candidate.js';
import { type FleetEntry, fleetSchema } from '../../../src/core/fleet.js';
import { buildFleet } from '../../../src/fleet/build.js';
import { facts, fleetRunOf, rateOf, sampleFleetRuns } from '../../helpers/sample-fleet.js';

const rates = [rateOf(baseCandidate('llama-cpp', 'q4_0', 4), 20)];
const here = facts('EPYC 9654', 4);
const run = (node: string | null, more = {}) => fleetRunOf(here, node, rates, more);
const aside = (source: string): FleetEntry => ({
  ...{ schemaVersion: 1, kind: 'r1-tune/fleet-set-aside', node: null, source, reason: 'run.json is not JSON' },
});

describe('buildFleet', () => {
  it('keeps machines with equal hard facts apart by their names, and unnamed ones as one machine', () => {
    const fleet = buildFleet([run('a'), run('b'), run(null), run(null, { run: 'later' })]);
    expect(fleet.kinds.map(({ machines }) => machines.map(({ node, runs }) => [node, runs.length]))).toEqual([
      [
        [null, 2],
        ['a', 1],
        ['b', 1],
      ],
    ]);
    expect(fleetSchema.parse(fleet)).toEqual(fleet);
  });

  it('tells kinds by the facts themselves, whatever the file says their hash is', () => {
    const other = facts('EPYC 9654', 8);
    const forged = { ...other, fingerprint: { ...other.fingerprint, hash: here.fingerprint.hash } };
    const fleet = buildFleet([run('a'), fleetRunOf(forged, 'a', rates)]);
    expect(fleet.kinds.map(({ hard }) => hard.allowedCpus)).toEqual(['0-3', '0-7']);
    expect(new Set(fleet.kinds.map(({ id }) => id)).size).toBe(2);
  });

  it('takes a run that was cut, collected and then finished as one run', () => {
    const cut = run('a', { status: 'cut', finishedAt: '2026-10-01T10:20:00.000Z' });
    const [kind] = buildFleet([run('a'), cut]).kinds;
    expect(kind!.machines[0]!.runs.map(({ status }) => status)).toEqual(['complete']);
  });

  it('forgets what was damaged once a document has been taken from there', () => {
    expect(buildFleet([aside('results/a')]).setAside).toHaveLength(1);
    expect(buildFleet([aside('results/a'), run('a')]).setAside).toEqual([]);
  });

  it('does not depend on the order of its entries', () => {
    const entries: FleetEntry[] = [
      ...sampleFleetRuns(
        [
          { model: 'EPYC', cpus: 4, decode: 20, machines: 3 },
          { model: 'Xeon', cpus: 8, decode: 30, machines: 3 },
        ],
        { seed: 1 },
      ),
      run('a', { finishedAt: '2026-10-01T11:00:00.000Z', run: 'x' }),
      run('a', { finishedAt: '2026-10-01T11:00:00.000Z', run: 'y' }),
      aside('broken'),
      aside('also broken'),
    ];
    const once = JSON.stringify(buildFleet(entries));
    fc.assert(
      fc.property(fc.shuffledSubarray(entries, { minLength: entries.length }), (shuffled) => {
        expect(JSON.stringify(buildFleet(shuffled))).toBe(once);
      }),
      { numRuns: 30 },
    );
  });
});

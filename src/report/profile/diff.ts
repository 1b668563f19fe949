import { knobsOf } from '../../core/candidate.js';
import { shortHash } from '../../core/canonical.js';
import type { Profile } from '../../core/profile.js';
import { visible } from '../texts/safe-name.js';
import { valueText } from './explain.js';
import { constraintRows, engineRows, expectedRows, verdictText } from './show.js';

export type ProfileDifference = { field: string; a: string; b: string };

/** Every field in which two profiles differ, in the order of the document. */
export function profileDifferences(a: Profile, b: Profile): ProfileDifference[] {
  const rowsA = rows(a);
  const rowsB = new Map(rows(b));
  const names = new Set([...rowsA.map(([name]) => name), ...rowsB.keys()]);
  const valuesA = new Map(rowsA);
  return [...names]
    .map((field) => ({ field, a: valuesA.get(field) ?? 'not set', b: rowsB.get(field) ?? 'not set' }))
    .filter((row) => row.a !== row.b);
}

function rows(profile: Profile): [string, string][] {
  const { model, candidate, machine, provenance } = profile;
  const named = (prefix: string, pairs: [string, string][]): [string, string][] =>
    pairs.map(([name, value]) => [`${prefix}: ${name}`, value]);
  const facts = (group: Record<string, unknown>): [string, string][] =>
    Object.entries(group).map(([name, value]) => [name, value === null ? 'unknown' : String(value)]);
  return [
    ['model', `${model.name} ${model.quant}`],
    ['model file', model.sha256 === null ? model.path : `sha256 ${model.sha256.slice(0, 12)}`],
    ['weights', model.weights],
    ['objective', profile.objective],
    ['goal', profile.goal?.name ?? 'the objective'],
    ['context', `${profile.contextTokens} tokens`],
    ...named(
      'knob',
      knobsOf(candidate).map((knob) => [knob, valueText(candidate[knob])]),
    ),
    ['verdict', verdictText(profile)],
    ...named('expected', expectedRows(profile)),
    ...named('constraint', constraintRows(profile)),
    ...named('machine', facts(machine.hard)),
    ...named('machine (soft)', facts(machine.soft)),
    ...engineRows(profile),
    ...named('version', Object.entries(provenance.versions)),
  ];
}

/** The differences for people. Two profiles side by side are no test: only a paired run is. */
export function diffProfiles(a: Profile, b: Profile): string {
  const differences = profileDifferences(a, b);
  if (differences.length === 0) return 'The profiles say the same.\n';
  const sameMachine = shortHash(a.machine.hard) === shortHash(b.machine.hard);
  const note = sameMachine
    ? 'Numbers of two runs side by side are no test of a difference: r1-tune gate runs both in pairs.'
    : 'The machines differ: their speeds must not be compared.';
  const lines = [
    ...differences.flatMap(({ field, a: before, b: after }) => [field, `  - ${before}`, `  + ${after}`]),
    '',
    note,
    '',
  ];
  return visible(lines.join('\n'));
}

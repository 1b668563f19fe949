import { candidateLabel } from '../core/candidate.js';
import type { Interval } from '../core/interval.js';
import type { Profile } from '../core/profile.js';
import { formatChange } from '../core/units.js';

/** What every export says at its top: what it serves, what it should reach, and where that was shown. */
export function provenanceLines(profile: Profile): string[] {
  const { candidate, expected, goal, machine, provenance, speedup, verdict, model } = profile;
  return [
    `Profile ${profile.name}: ${candidateLabel(candidate)}`,
    `Model: ${model.name}${model.weights === 'random' ? ' (random weights: its text is noise)' : ''}`,
    `Measured there: decode ${rate(expected.decodeTokensPerSecond)}, prefill ${rate(expected.prefillTokensPerSecond)}.`,
    ...(verdict === 'faster' && speedup ? [`Against the default settings: ${change(speedup.ratio)}.`] : []),
    ...(goal ? [`Chosen for ${goal.name}. ${goal.evidence}`] : []),
    `Machine: ${machine.description} (fingerprint ${machine.fingerprint}). The figures hold for that machine only.`,
    `Made by r1-tune ${provenance.versions['r1-tune'] ?? ''} export from run ${provenance.run}; make it again after a new sweep.`,
  ];
}

function rate({ estimate, low, high }: Interval): string {
  const limits = low === null || high === null ? '' : ` (${low.toFixed(1)} to ${high.toFixed(1)})`;
  return `${estimate.toFixed(1)} tok/s${limits}`;
}

function change({ estimate, low, high, level }: Interval): string {
  const limits =
    low === null || high === null
      ? ''
      : ` (${Math.round(level * 100)} % interval ${formatChange(low)} to ${formatChange(high)})`;
  return `${formatChange(estimate)}${limits}`;
}

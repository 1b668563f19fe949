import { type Candidate, candidateSchema, knobDifferences, knobsOf } from '../../core/candidate.js';
import type { Profile } from '../../core/profile.js';
import { visible } from '../texts/safe-name.js';
import { aligned } from './lines.js';
import { expectedRows, verdictText } from './show.js';

/** Every knob with its value, what it means, and which of them differ from the default settings. */
export function explainProfile(profile: Profile): string {
  const { candidate, baseline } = profile;
  const changed = new Set(knobDifferences(candidate, baseline).map((difference) => difference.split('=')[0]));
  const knobs = knobsOf(candidate, baseline);
  const block = (knob: keyof Candidate): string[] => [
    `  ${knob} = ${valueText(candidate[knob])}${changed.has(knob) ? `   (default: ${valueText(baseline[knob])})` : ''}`,
    `      ${candidateSchema.shape[knob].description ?? ''}`,
  ];
  const others = knobs.filter((knob) => !changed.has(knob));
  const lines = [
    `${profile.name}: ${verdictText(profile)}`,
    '',
    changed.size === 0 ? 'It is the default configuration.' : 'Changed from the default settings',
    ...knobs.filter((knob) => changed.has(knob)).flatMap(block),
    '',
    'As the default settings',
    ...others.flatMap(block),
    '',
    'Together they reached',
    ...aligned(expectedRows(profile)),
    '',
    'The speed-up is that of all changes together: what each brings alone is in the report of the run.',
    '',
  ];
  return visible(lines.join('\n'));
}

/** A knob as text: bindings and allocators by what they do, not by their name alone. */
export function valueText(value: Candidate[keyof Candidate]): string {
  if (value === null || value === undefined) return 'not set';
  if (typeof value !== 'object') return String(value);
  const parts = Object.entries(value).filter(([, part]) => part !== null);
  return parts.map(([name, part]) => `${name} ${typeof part === 'object' ? JSON.stringify(part) : part}`).join(', ');
}

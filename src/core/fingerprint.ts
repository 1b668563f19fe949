import type { Fingerprint } from './machine-findings.js';

export type FingerprintDifference = {
  field: string;
  /** Hard differences forbid a comparison of speeds; soft ones are named as a warning. */
  isHard: boolean;
  before: string | number | null;
  now: string | number | null;
};

/** Every field in which two machines differ, hard ones first. */
export function fingerprintDifferences(before: Fingerprint, now: Fingerprint): FingerprintDifference[] {
  return [...differences(before.hard, now.hard, true), ...differences(before.soft, now.soft, false)];
}

function differences<T extends Record<string, string | number | null>>(before: T, now: T, isHard: boolean) {
  return Object.keys(now)
    .filter((field) => before[field] !== now[field])
    .map((field) => ({ field, isHard, before: before[field] ?? null, now: now[field] ?? null }));
}

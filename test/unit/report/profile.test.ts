import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { problemsText, profileProblems, type Surroundings } from '../../../src/report/profile/check.js';
import { diffProfiles, profileDifferences } from '../../../src/report/profile/diff.js';
import { explainProfile } from '../../../src/report/profile/explain.js';
import { showProfile } from '../../../src/report/profile/show.js';
import { readProfile } from '../../../src/store/documents.js';
import { SAMPLE_PROFILES, sampleProfile } from '../../helpers/sample-profile.js';

const golden = (name: string): string => `../../golden/profile/${name}.txt`;
const profile = SAMPLE_PROFILES.taskset();

describe('profile tools (texts made anew with: npx vitest run test/unit/report -u)', () => {
  it('show: one screen', async () => {
    await expect(showProfile(profile)).toMatchFileSnapshot(golden('show'));
  });

  it('explain: every knob with its meaning, the changed ones first', async () => {
    await expect(explainProfile(profile)).toMatchFileSnapshot(golden('explain'));
    expect(explainProfile({ ...profile, candidate: profile.baseline })).toContain('It is the default configuration.');
  });

  it('diff: what differs, in order, and that it is no test', async () => {
    await expect(diffProfiles(profile, SAMPLE_PROFILES.numa())).toMatchFileSnapshot(golden('diff'));
    expect(diffProfiles(profile, profile)).toBe('The profiles say the same.\n');
    const elsewhere = { ...profile, machine: { ...profile.machine, hard: { ...profile.machine.hard, numaNodes: 2 } } };
    expect(profileDifferences(profile, elsewhere)).toEqual([{ field: 'machine: numaNodes', a: '1', b: '2' }]);
    expect(diffProfiles(profile, elsewhere)).toContain('must not be compared');
  });

  it('shows characters that would act on a terminal', () => {
    const named = sampleProfile({}, { name: '\u001b[31mred' });
    for (const text of [showProfile(named), explainProfile(named)]) expect(text).toContain('\ufffd[31mred');
  });
});

describe('validate', () => {
  const home: Surroundings = {
    modelBytes: profile.model.sizeBytes,
    hasAllocator: true,
    allowedCpus: Array.from({ length: 16 }, (_, cpu) => cpu),
    hard: profile.machine.hard,
    soft: profile.machine.soft,
  };
  const problems = (changes: Partial<Surroundings>): string[] =>
    profileProblems({ ...profile, model: { ...profile.model, weights: 'trained' } }, { ...home, ...changes }).map(
      ({ severity, message }) => `${severity}: ${message}`,
    );

  it('has nothing to say at home', () => {
    expect(problems({})).toEqual([]);
    expect(problemsText(profile, [])).toContain('everything it needs is here');
  });

  it.each([
    [{ modelBytes: null }, /^error: The model file .* is not here/],
    [{ modelBytes: 5 }, /^error: The model file has 5 bytes/],
    [{ hasAllocator: false }, /^error: The allocator jemalloc is not at/],
    [{ allowedCpus: [0, 1, 2, 3] }, /^error: The binding asks for CPUs that may not be used here: 4,5,6,7/],
    [{ hard: { ...profile.machine.hard, isa: 'avx2' } }, /^warning: Another machine: isa was avx2 avx512, is avx2/],
    [{ soft: { ...profile.machine.soft, kernel: '7.0' } }, /^warning: Changed since: kernel was/],
  ] as [Partial<Surroundings>, RegExp][])('%o', (changes, expected) => {
    expect(problems(changes)[0]).toMatch(expected);
  });

  it('warns of more threads than CPUs, and of random weights', () => {
    expect(problems({ allowedCpus: [0, 1, 2, 3, 4, 5, 6, 7].slice(0, 7) }).at(-1)).toMatch(/runs 8 threads; 7 CPUs/);
    expect(profileProblems(profile, home).map(({ message }) => message)).toEqual([expect.stringMatching(/noise/)]);
  });

  it('puts errors first', () => {
    const found = profileProblems(profile, { ...home, modelBytes: null, hard: {} });
    expect(problemsText(profile, found).split('\n')[1]).toMatch(/^ {2}error/);
  });
});

it('a profile of version 1 loads for ever', () => {
  const path = fileURLToPath(new URL('../../fixtures/profiles/v1.json', import.meta.url));
  const old = readProfile(path);
  expect(JSON.parse(readFileSync(path, 'utf8')).schemaVersion).toBe(1);
  expect(old.candidate.threads).toBe(6);
  expect(showProfile(old)).toContain('decode');
});

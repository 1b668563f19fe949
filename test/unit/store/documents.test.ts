import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { writeJsonAtomic } from '../../../src/store/atomic-write.js';
import { readMachine, readPlan, readProfile, readRunDocument } from '../../../src/store/documents.js';
import { tempFolder } from '../../helpers/fake-model.js';
import { sampleProfile } from '../../helpers/sample-profile.js';
import { sampleRun } from '../../helpers/sample-run.js';

const run = sampleRun({ trials: 80 });
const DOCUMENTS = [
  ['machine', readMachine, run.machine, 'RUN_INVALID'],
  ['plan', readPlan, run.plan, 'RUN_INVALID'],
  ['run', readRunDocument, run, 'RUN_INVALID'],
  ['profile', readProfile, sampleProfile(), 'PROFILE_INVALID'],
] as const;

function stored(document: unknown): string {
  const path = join(tempFolder('documents'), 'document.json');
  writeJsonAtomic(path, document);
  return path;
}

describe.each(DOCUMENTS)('%s', (name, read: (path: string) => unknown, document, code) => {
  it('is read back as it was written', () => expect(read(stored(document))).toEqual(document));

  it('of a version from the future is refused', () =>
    expect(() => read(stored({ ...document, schemaVersion: 99 }))).toThrow(
      expect.objectContaining({ code, fix: expect.stringMatching(/Update r1-tune/) }),
    ));

  it('is not taken for another kind', () => {
    const other = name === 'machine' ? run.plan : run.machine;
    expect(() => read(stored(other))).toThrow(
      expect.objectContaining({ code, message: expect.stringContaining(`is not a r1-tune/${name} document`) }),
    );
  });

  it('cut short is no JSON, and the message names the file', () => {
    const path = stored(document);
    writeFileSync(path, readFileSync(path, 'utf8').slice(0, 500));
    expect(() => read(path)).toThrow(
      expect.objectContaining({ code, message: expect.stringMatching(/document\.json is not JSON/) }),
    );
  });

  it('that is not there, or is a folder, cannot be read', () => {
    const folder = tempFolder('documents');
    mkdirSync(join(folder, 'inside'));
    for (const path of [join(folder, 'no.json'), join(folder, 'inside')])
      expect(() => read(path)).toThrow(
        expect.objectContaining({ code, message: expect.stringContaining(`${path} cannot be read`) }),
      );
  });
});

it('a shared profile finds its model in the home folder of its reader', () => {
  const profile = sampleProfile();
  const shared = { ...profile, model: { ...profile.model, path: '~/models/a.gguf' } };
  expect(readProfile(stored(shared)).model.path).toBe(join(homedir(), 'models/a.gguf'));
});

it('a profile with a wrong value names the field', () => {
  const profile = sampleProfile();
  const wrong = { ...profile, candidate: { ...profile.candidate, threads: 0 } };
  expect(() => readProfile(stored(wrong))).toThrow(/at candidate\.threads/);
});

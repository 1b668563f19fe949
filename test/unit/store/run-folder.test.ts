import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { createRunFolder, readRun, resumeRunFolder } from '../../../src/store/run-folder.js';
import { tempFolder } from '../../helpers/fake-model.js';
import { sampleProfile } from '../../helpers/sample-profile.js';
import { sampleRun } from '../../helpers/sample-run.js';
import { sampleOutcome } from '../../helpers/sample-trial.js';

const TIME = new Date('2026-03-01T08:05:09.123Z');
const run = sampleRun({ trials: 80 });
const create = (parent: string, changes: { out?: string; label?: string } = {}) =>
  createRunFolder({ parent, out: changes.out ?? null, label: changes.label ?? 'my model', time: TIME });

/** A run as far as a killed sweep leaves it. */
function cutRun(parent: string): string {
  const folder = create(parent);
  folder.writeMachine(run.machine);
  folder.writePlan(run.plan);
  folder.log.append(sampleOutcome());
  folder.close();
  return folder.path;
}

/** The id of a process that is surely gone. */
const deadPid = (): number => spawnSync(process.execPath, ['-e', '0']).pid;

describe('a new run', () => {
  it('is named by time and label, and a second one of that second gets a number', () => {
    const parent = tempFolder('runs');
    const names = ['My Model.gguf', 'my model.GGUF', 'x'.repeat(80), '', '../../etc'].map((label) => {
      const folder = create(parent, { label });
      folder.close();
      return folder.id;
    });
    expect(names).toEqual([
      '2026-03-01-080509-my-model.gguf',
      '2026-03-01-080509-my-model.gguf-2',
      `2026-03-01-080509-${'x'.repeat(48)}`,
      '2026-03-01-080509',
      '2026-03-01-080509-..-..-etc',
    ]);
    expect(readdirSync(parent).sort()).toEqual([...names].sort());
  });

  it('holds what is written, whole, and no leftovers', () => {
    const parent = tempFolder('runs');
    const folder = create(parent, { out: join(parent, 'here') });
    folder.writeMachine(run.machine);
    folder.writePlan(run.plan);
    folder.writeRun(run);
    folder.writeProfile('best.json', sampleProfile());
    folder.writeFile('report.html', '<html>');
    folder.close();
    expect(folder.id).toBe('here');
    expect(readdirSync(folder.path).sort()).toEqual([
      'best.json',
      'machine.json',
      'outcomes.jsonl',
      'plan.json',
      'report.html',
      'run.json',
    ]);
    expect(readRun(folder.path)).toEqual(run);
    expect(readRun(join(folder.path, 'run.json'))).toEqual(run);
  });

  it('takes an empty folder that is there, and refuses one that holds a run', () => {
    const parent = tempFolder('runs');
    mkdirSync(join(parent, 'empty'));
    create(parent, { out: join(parent, 'empty') }).close();
    const cut = cutRun(parent);
    expect(() => create(parent, { out: cut })).toThrow(
      expect.objectContaining({ code: 'OUTPUT_UNWRITABLE', fix: expect.stringContaining(`--resume ${cut}`) }),
    );
  });

  it('that cannot be made is refused before anything is measured', () => {
    const parent = tempFolder('runs');
    writeFileSync(join(parent, 'file'), '');
    expect(() => create(join(parent, 'file'))).toThrow(expect.objectContaining({ code: 'OUTPUT_UNWRITABLE' }));
  });
});

describe('going on with a run', () => {
  it('finds plan, machine and trials', () => {
    const path = cutRun(tempFolder('runs'));
    const resumed = resumeRunFolder(path);
    expect(resumed.plan).toEqual(run.plan);
    expect(resumed.machine).toEqual(run.machine);
    expect(resumed.folder.log.outcomes).toEqual([sampleOutcome()]);
    expect(resumed.folder.id).toBe(basename(path));
    resumed.folder.close();
  });

  it('needs a plan', () =>
    expect(() => resumeRunFolder(tempFolder('runs'))).toThrow(
      expect.objectContaining({ code: 'RUN_INVALID', message: expect.stringContaining('no plan.json') }),
    ));
});

describe('the lock', () => {
  const locked = (owner: string): string => {
    const path = cutRun(tempFolder('runs'));
    writeFileSync(join(path, '.lock'), owner);
    return path;
  };

  it('keeps a second process out while the first lives', () => {
    const path = locked(String(process.ppid));
    expect(() => resumeRunFolder(path)).toThrow(
      expect.objectContaining({
        code: 'RUN_INVALID',
        message: `${path} is being filled by process ${process.ppid}.`,
        fix: expect.stringContaining(join(path, '.lock')),
      }),
    );
    expect(readFileSync(join(path, '.lock'), 'utf8')).toBe(String(process.ppid));
  });

  it.each([
    ['a process that died', () => String(deadPid())],
    ['nobody: a power cut left it empty', () => ''],
    ['nobody: a power cut left zeros', () => '\0\0\0\0'],
    ['nonsense', () => 'abc'],
    ['a whole group of processes', () => '-1'],
  ])('of %s is taken over', (_name, owner) => {
    const path = locked(owner());
    const { folder } = resumeRunFolder(path);
    expect(readFileSync(join(path, '.lock'), 'utf8')).toBe(String(process.pid));
    folder.close();
    expect(existsSync(join(path, '.lock'))).toBe(false);
  });

  it('is given back when the log turns out to be damaged', () => {
    const path = cutRun(tempFolder('runs'));
    writeFileSync(join(path, 'outcomes.jsonl'), 'damaged\n');
    expect(() => resumeRunFolder(path)).toThrow(/line 1/);
    expect(existsSync(join(path, '.lock'))).toBe(false);
  });
});

describe('reading a result', () => {
  it('of a run that was cut says how to finish it', () => {
    const path = cutRun(tempFolder('runs'));
    expect(() => readRun(path)).toThrow(
      expect.objectContaining({ code: 'RUN_INVALID', fix: expect.stringContaining(`--resume ${path}`) }),
    );
  });

  it('of something else says what to give', () =>
    expect(() => readRun(tempFolder('runs'))).toThrow(
      expect.objectContaining({ fix: expect.stringContaining('made by r1-tune') }),
    ));
});

import { accessSync, constants, existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import type { Against } from '../core/against.js';
import { R1Error } from '../core/errors.js';
import type { Machine } from '../core/machine.js';
import type { Profile } from '../core/profile.js';
import type { Plan, Quality, RunResult } from '../core/run-result.js';
import { makeFolder } from '../formats/files/make-folder.js';
import { writeFileAtomic, writeJsonAtomic } from './atomic-write.js';
import { checkWritable } from './check-writable.js';
import { readMachine, readPlan, readQuality, readRunDocument } from './documents.js';
import { type OutcomeLog, openOutcomeLog } from './outcome-log.js';

/** results/<stamp>-<label>/ while it is being filled. */
export type RunFolder = {
  readonly path: string;
  readonly id: string;
  readonly log: OutcomeLog;
  writeMachine(machine: Machine): void;
  writePlan(plan: Plan): void;
  writeQuality(quality: readonly Quality[]): void;
  writeRun(run: RunResult): void;
  writeProfile(name: string, profile: Profile): void;
  writeAgainst(against: Against): void;
  writeFile(name: string, data: string | Uint8Array): void;
  close(): void;
};

const stampOf = (time: Date): string =>
  time
    .toISOString()
    .replace(/\.\d+Z$/, '')
    .replaceAll(':', '')
    .replace('T', '-');

const slug = (label: string): string =>
  label
    .toLowerCase()
    .replace(/[^a-z0-9.]+/g, '-')
    .replace(/^-+|-+$/g, '')
    .slice(0, 48);

function proveWritable(path: string): void {
  try {
    makeFolder(path);
    accessSync(path, constants.W_OK);
    const probe = join(path, `.write-test-${process.pid}`);
    writeFileSync(probe, 'ok');
    rmSync(probe);
  } catch (cause) {
    throw new R1Error(
      'OUTPUT_UNWRITABLE',
      `The run folder ${path} cannot be made or written: ${(cause as Error).message}`,
      { cause },
    );
  }
}

/** One process at a time may fill a run: its id stands in a lock file that a dead process cannot hold. */
function lock(path: string): () => void {
  const file = join(path, '.lock');
  const owner = existsSync(file) ? Number(readFileSync(file, 'utf8')) : process.pid;
  if (owner !== process.pid && isAlive(owner))
    throw new R1Error('RUN_INVALID', `${path} is being filled by process ${owner}.`, {
      fix: `Wait for it, or stop it first. If that process is not r1-tune, delete ${file}.`,
    });
  writeFileSync(file, String(process.pid));
  return () => rmSync(file, { force: true });
}

function isAlive(pid: number): boolean {
  // A power cut may leave the file empty, and kill(2) takes 0 and below for groups, which always exist.
  if (!(pid > 0)) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

function folderAt(path: string): RunFolder {
  proveWritable(path);
  const unlock = lock(path);
  const log = openLog(join(path, 'outcomes.jsonl'), unlock);
  return {
    path,
    id: basename(path),
    log,
    writeMachine: (machine) => writeJsonAtomic(join(path, 'machine.json'), machine),
    writePlan: (plan) => writeJsonAtomic(join(path, 'plan.json'), plan),
    writeQuality: (quality) => writeJsonAtomic(join(path, 'quality.json'), quality),
    writeRun: (run) => writeJsonAtomic(join(path, 'run.json'), run),
    writeProfile: (name, profile) => writeJsonAtomic(join(path, name), profile),
    writeAgainst: (against) => writeJsonAtomic(join(path, 'against.json'), against),
    writeFile: (name, data) => writeFileAtomic(join(path, name), data),
    close() {
      log.close();
      unlock();
    },
  };
}

function openLog(path: string, unlock: () => void): OutcomeLog {
  try {
    return openOutcomeLog(path);
  } catch (error) {
    unlock();
    throw error;
  }
}

/** A run folder that is there, for one who knows its plan. */
export const openRunFolder = (path: string): RunFolder => folderAt(resolve(path));

/** Whether a new run can be written there, before any work. Throws OUTPUT_UNWRITABLE or DISK_FULL. */
export function checkRunFolder(out: string | null, parent: string): void {
  if (out !== null) checkIsNew(out);
  checkWritable(out ?? parent);
}

function checkIsNew(out: string): void {
  if (existsSync(join(out, 'plan.json')))
    throw new R1Error('OUTPUT_UNWRITABLE', `${out} already holds a run.`, {
      fix: `Give another --out, or go on with it: --resume ${out}`,
    });
}

/** A new, empty run folder under `parent` (results/ by default) or exactly at `out`. */
export function createRunFolder(options: { parent: string; out: string | null; label: string; time: Date }): RunFolder {
  if (options.out !== null) checkIsNew(options.out);
  const base =
    options.out ?? join(options.parent, [stampOf(options.time), slug(options.label)].filter(Boolean).join('-'));
  let path = base;
  for (let n = 2; options.out === null && existsSync(path); n++) path = `${base}-${n}`;
  return folderAt(resolve(path));
}

/** The plan of a run that was cut. Throws RUN_INVALID where there is none. */
export function storedPlan(path: string): Plan {
  if (!existsSync(join(path, 'plan.json')))
    throw new R1Error('RUN_INVALID', `${path} holds no plan.json, so there is no run to go on with.`, {
      fix: 'Give the run folder that the interrupted sweep named.',
    });
  return readPlan(join(path, 'plan.json'));
}

/** A run that was cut, with what it had decided. */
export function resumeRunFolder(path: string): { folder: RunFolder; plan: Plan; machine: Machine; quality: Quality[] } {
  const plan = storedPlan(path);
  const machine = readMachine(join(path, 'machine.json'));
  return { folder: folderAt(resolve(path)), plan, machine, quality: readQuality(join(path, 'quality.json')) };
}

/** What finishes the run of a folder without a result. */
function howToFinish(path: string): string {
  if (!existsSync(join(path, 'plan.json'))) return 'Give a folder made by r1-tune sweep or bench.';
  const { kind, strategy } = JSON.parse(readFileSync(join(path, 'plan.json'), 'utf8')) as Partial<Plan>;
  if ((kind as string) !== 'r1-tune/plan') return 'Give a folder made by r1-tune sweep or bench.';
  if (strategy === 'bench') return 'The bench was cut: run it again with another --out.';
  return `The run was cut: finish it with r1-tune sweep --resume ${path}`;
}

/** The result of a finished run: a run folder, or its run.json. */
export function readRun(path: string): RunResult {
  const file = path.endsWith('.json') ? path : join(path, 'run.json');
  if (!existsSync(file))
    throw new R1Error('RUN_INVALID', `${file} does not exist.`, {
      fix: howToFinish(path),
    });
  return readRunDocument(file);
}

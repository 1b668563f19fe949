import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { ClaimsDocument, ClaimsPlan } from '../core/claims.js';
import { R1Error } from '../core/errors.js';
import type { Machine } from '../core/machine.js';
import { writeJsonAtomic } from './atomic-write.js';
import { readClaimsDocument, readClaimsPlan, readMachine } from './documents.js';
import { createRunFolder, openRunFolder, type RunFolder } from './run-folder.js';

const PLAN = 'claims-plan.json';
const RESULT = 'claims.json';

/** A run folder of `r1-tune claims`: its plan and result have names of their own, trials and machine are those of any run. */
export type ClaimsFolder = Pick<RunFolder, 'path' | 'id' | 'log' | 'writeMachine' | 'writeFile' | 'close'> & {
  writePlan(plan: ClaimsPlan): void;
  writeClaims(document: ClaimsDocument): void;
};

const asClaimsFolder = (folder: RunFolder): ClaimsFolder => ({
  ...folder,
  writePlan: (plan) => writeJsonAtomic(join(folder.path, PLAN), plan),
  writeClaims: (document) => writeJsonAtomic(join(folder.path, RESULT), document),
});

export function createClaimsFolder(options: { parent: string; out: string | null; time: Date }): ClaimsFolder {
  if (options.out !== null && existsSync(join(options.out, PLAN)))
    throw new R1Error('OUTPUT_UNWRITABLE', `${options.out} already holds claims.`, {
      fix: `Give another --out, or go on with it: --resume ${options.out}`,
    });
  return asClaimsFolder(createRunFolder({ ...options, label: 'claims' }));
}

/** Claims that were cut, with what had been decided. */
export function resumeClaimsFolder(path: string): { folder: ClaimsFolder; plan: ClaimsPlan; machine: Machine } {
  if (!existsSync(join(path, PLAN)))
    throw new R1Error('RUN_INVALID', `${path} holds no ${PLAN}, so there are no claims to go on with.`, {
      fix: 'Give the run folder that the interrupted r1-tune claims named.',
    });
  const plan = readClaimsPlan(join(path, PLAN));
  const machine = readMachine(join(path, 'machine.json'));
  return { folder: asClaimsFolder(openRunFolder(path)), plan, machine };
}

/** The claims of a finished run: its folder, or its claims.json. */
export const readClaims = (path: string): ClaimsDocument =>
  readClaimsDocument(path.endsWith('.json') ? path : join(path, RESULT));

import { existsSync, readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import * as z from 'zod';
import {
  CLAIMS_VERSION,
  type ClaimsDocument,
  type ClaimsPlan,
  claimsDocumentSchema,
  claimsPlanSchema,
} from '../core/claims.js';
import { R1Error } from '../core/errors.js';
import { type Machine, machineSchema } from '../core/machine.js';
import { MACHINE_SCHEMA_VERSION } from '../core/machine-version.js';
import { PROFILE_VERSION, type Profile, profileSchema } from '../core/profile.js';
import {
  type Plan,
  planSchema,
  type Quality,
  qualitySchema,
  RUN_VERSION,
  type RunResult,
  runResultSchema,
} from '../core/run-result.js';
import { type DocumentKind, upgradeDocument } from './upgrade.js';

const KINDS = {
  machine: {
    kind: 'r1-tune/machine',
    version: MACHINE_SCHEMA_VERSION,
    schema: machineSchema,
    upgrades: {},
    error: 'RUN_INVALID',
  } as DocumentKind<Machine>,
  plan: {
    kind: 'r1-tune/plan',
    version: RUN_VERSION,
    schema: planSchema,
    upgrades: {},
    error: 'RUN_INVALID',
  } as DocumentKind<Plan>,
  run: {
    kind: 'r1-tune/run',
    version: RUN_VERSION,
    schema: runResultSchema,
    upgrades: {},
    error: 'RUN_INVALID',
  } as DocumentKind<RunResult>,
  profile: {
    kind: 'r1-tune/profile',
    version: PROFILE_VERSION,
    schema: profileSchema,
    upgrades: {},
    error: 'PROFILE_INVALID',
  } as DocumentKind<Profile>,
  claimsPlan: {
    kind: 'r1-tune/claims-plan',
    version: CLAIMS_VERSION,
    schema: claimsPlanSchema,
    upgrades: {},
    error: 'RUN_INVALID',
  } as DocumentKind<ClaimsPlan>,
  claims: {
    kind: 'r1-tune/claims',
    version: CLAIMS_VERSION,
    schema: claimsDocumentSchema,
    upgrades: {},
    error: 'RUN_INVALID',
  } as DocumentKind<ClaimsDocument>,
};

function readDocument<T>(path: string, what: DocumentKind<T>): T {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (cause) {
    throw new R1Error(what.error, `${path} cannot be read: ${(cause as Error).message}`, { cause });
  }
  return parseDocument(text, what, path);
}

function parseDocument<T>(text: string, what: DocumentKind<T>, path: string): T {
  let document: unknown;
  try {
    document = JSON.parse(text);
  } catch (cause) {
    throw new R1Error(what.error, `${path} is not JSON: ${(cause as Error).message}`, { cause });
  }
  return upgradeDocument(document, what, path);
}

export const readMachine = (path: string): Machine => readDocument(path, KINDS.machine);
export const readPlan = (path: string): Plan => readDocument(path, KINDS.plan);
export const readRunDocument = (path: string): RunResult => readDocument(path, KINDS.run);
/** A run that came from elsewhere than a file; `name` is where from. */
export const parseRun = (text: string, name: string): RunResult => parseDocument(text, KINDS.run, name);
/**
 * A profile of any version that ever was. A model path that begins with `~/` means the reader's own home folder, so that a
 * profile can be shared. Throws `PROFILE_INVALID` naming the field.
 */
export function readProfile(path: string): Profile {
  const profile = readDocument(path, KINDS.profile);
  const { model } = profile;
  if (!model.path.startsWith('~/')) return profile;
  return { ...profile, model: { ...model, path: join(homedir(), model.path.slice(2)) } };
}

/** Quality of each engine and quantization of a run; none where the file is missing (a run cut before it was written). */
export function readQuality(path: string): Quality[] {
  if (!existsSync(path)) return [];
  const parsed = z.array(qualitySchema).safeParse(JSON.parse(readFileSync(path, 'utf8')));
  if (parsed.success) return parsed.data;
  throw new R1Error('RUN_INVALID', `${path} does not match its schema:\n${z.prettifyError(parsed.error)}`);
}
export const readClaimsPlan = (path: string): ClaimsPlan => readDocument(path, KINDS.claimsPlan);
export const readClaimsDocument = (path: string): ClaimsDocument => readDocument(path, KINDS.claims);

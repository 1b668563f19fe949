import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { R1Error } from '../../core/errors.js';
import { parseShare } from '../../core/units.js';
import { readProfile } from '../../store/documents.js';
import { parseGateMetrics } from './metrics.js';
import type { GateResult } from './result.js';

/** What a gate is asked, in the texts of its flags. */
export type GateRequest = {
  /** Path of the profile that sets the expectation. */
  baseline: string;
  /** Path of the profile to judge; the baseline itself without it. */
  candidate?: string | undefined;
  /** Folder of another r1-tune install whose engines the candidate runs on. */
  candidateInstall?: string | undefined;
  mode: GateResult['mode'];
  metric: string;
  margin: string;
  anyMachine: boolean;
  freshCopies: boolean;
  model?: string | undefined;
  /** File of the history (JSON Lines) that modes stored and history read and append to; one in the home folder without it. */
  store?: string | undefined;
  /** Other copies of that file, whose entries are taken over first. */
  merge?: readonly string[] | undefined;
  /** Commit that is measured; what the CI system says without it. */
  commit?: string | undefined;
  /** The level from this measurement on is the new expectation. */
  accept: boolean;
  /** Seed of the coins; drawn without it. */
  seed?: number | undefined;
  sentinels: boolean;
  injectSlowdown?: string | undefined;
  results: string;
  out?: string | undefined;
};

function childOf(install: string | undefined): string | undefined {
  if (install === undefined) return undefined;
  const places = [join(install, 'dist/runners/child.js'), join(install, 'node_modules/r1-tune/dist/runners/child.js')];
  const found = places.map((place) => resolve(place)).find(existsSync);
  if (!found)
    throw new R1Error(
      'USAGE',
      `--candidate-install: ${install} holds no r1-tune: neither ${places.join(' nor ')} exists.`,
    );
  return found;
}

/** Values and files of a gate. Throws for what is wrong before a folder is made. */
export function readGateRequest(request: GateRequest) {
  const baseline = readProfile(request.baseline);
  return {
    baseline,
    candidate: request.candidate ? readProfile(request.candidate) : baseline,
    metrics: parseGateMetrics(request.metric),
    margin: parseShare(request.margin),
    slowdown: request.injectSlowdown === undefined ? 0 : parseShare(request.injectSlowdown),
    entry: childOf(request.candidateInstall),
  };
}
export type GateInput = ReturnType<typeof readGateRequest>;

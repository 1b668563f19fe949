import { basename, relative, resolve, sep } from 'node:path';
import { R1Error } from '../../core/errors.js';
import type { Fleet, FleetEntry } from '../../core/fleet.js';
import { buildFleet } from '../../fleet/build.js';
import type { Origin } from '../../fleet/fleet-run.js';
import { type FleetFolder, openFleetFolder } from '../../store/fleet-folder.js';
import type { Context } from '../context.js';
import { type Found, readFound, setAside } from './documents-of.js';
import { fetchRun, isAddress } from './fetch-run.js';
import { findDocuments } from './find-documents.js';

export type CollectRequest = {
  /** Folders, captures and addresses of runs. */
  sources: readonly string[];
  into: string;
  /** Name of the machine that all of them come from. */
  node?: string | undefined;
  /** The first folder below each source is the machine's name. */
  nodeFromFolder: boolean;
};

export type Collected = {
  folder: string;
  fleet: Fleet;
  /** Documents taken now, those that were there already, and those set aside now. */
  added: number;
  known: number;
  setAside: { source: string; reason: string }[];
};

type Job = { origin: Origin; read: () => Promise<FleetEntry> };

/**
 * Brings runs, gates and captures into a fleet folder. What cannot be taken is named, set aside and loses nothing of the rest.
 * Throws `USAGE` when a source does not exist or nothing of ours is in any of them.
 */
export async function collect(request: CollectRequest, context: Context): Promise<Collected> {
  checkNode(request);
  const jobs = request.sources.flatMap((source) => jobsOf(source, request, context));
  if (jobs.length === 0)
    throw new R1Error(
      'USAGE',
      `Nothing to collect in ${request.sources.join(', ')}: no run, gate, machine or capture.`,
      {
        fix: 'Give folders that hold run folders of r1-tune sweep, bench or gate, or files of r1-tune probe --capture.',
      },
    );
  const folder = openFleetFolder(request.into);
  const result: Collected = { folder: request.into, fleet: buildFleet([]), added: 0, known: 0, setAside: [] };
  for (const [done, job] of jobs.entries()) {
    context.signal.throwIfAborted();
    context.emit({ type: 'step', what: `collecting ${job.origin.source}`, share: done / jobs.length });
    await take(job, folder, result);
  }
  context.emit({ type: 'idle' });
  for (const { file, reason } of folder.entries().damaged) result.setAside.push({ source: file, reason });
  return { ...result, fleet: folder.writeFleet(buildFleet) };
}

function checkNode({ node, nodeFromFolder }: CollectRequest): void {
  if (node !== undefined && nodeFromFolder)
    throw new R1Error('USAGE', '--node names one machine, --node-from-folder many: give one of them.');
  if (node?.trim() === '') throw new R1Error('USAGE', '--node: expected the name of the machine.');
}

function jobsOf(source: string, request: CollectRequest, context: Context): Job[] {
  const given = request.node ?? null;
  if (isAddress(source)) {
    const origin = { node: given, source };
    return [{ origin, read: () => fetchRun(origin, context.signal) }];
  }
  return findDocuments(source, request.into).map((found) => jobOf(found, source, request));
}

function jobOf(found: Found, source: string, request: CollectRequest): Job {
  const node = request.nodeFromFolder ? firstFolder(source, found.path) : (request.node ?? null);
  const origin = { node, source: found.path };
  return { origin, read: () => readFound(found, origin) };
}

/** results/host-7/2026…-sweep → host-7; a source that is itself a run names nothing. */
function firstFolder(source: string, path: string): string | null {
  const [first, ...rest] = relative(resolve(source), resolve(path)).split(sep);
  return first && rest.length > 0 ? basename(first) : null;
}

async function take({ origin, read }: Job, folder: FleetFolder, result: Collected): Promise<void> {
  try {
    if (folder.add(await read())) result.added++;
    else result.known++;
  } catch (error) {
    if (error instanceof R1Error && error.code === 'OUTPUT_UNWRITABLE') throw error;
    const reason = (error as Error).message;
    folder.add(setAside(origin, reason));
    result.setAside.push({ source: origin.source, reason });
  }
}

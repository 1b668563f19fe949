import * as z from 'zod';
import { R1Error } from '../../core/errors.js';
import type { FleetEntry } from '../../core/fleet.js';
import type { Origin } from '../../fleet/fleet-run.js';
import { parseRun } from '../../store/documents.js';
import { entryOfRun } from './documents-of.js';

export const isAddress = (source: string): boolean => /^https?:\/\//i.test(source);

/** A run over HTTP: the address of its run.json, or of the folder that holds it. */
export async function fetchRun(origin: Origin, signal: AbortSignal): Promise<FleetEntry> {
  const url = origin.source.endsWith('.json') ? origin.source : `${origin.source.replace(/\/+$/, '')}/run.json`;
  if (!z.url().safeParse(url).success) throw new R1Error('USAGE', `"${url}" is not an address.`);
  const response = await fetch(url, { signal }).catch((cause: Error) => {
    throw new R1Error(
      'DOWNLOAD_FAILED',
      `${url} cannot be reached: ${(cause.cause as Error)?.message ?? cause.message}`,
    );
  });
  if (!response.ok) throw new R1Error('DOWNLOAD_FAILED', `${url} answered ${response.status}.`);
  return entryOfRun(parseRun(await response.text(), url), origin);
}

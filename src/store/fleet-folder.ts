import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as z from 'zod';
import { shortHash } from '../core/canonical.js';
import { type CapacityPlan, capacityPlanSchema } from '../core/capacity-plan.js';
import { R1Error } from '../core/errors.js';
import { type Fleet, type FleetEntry, fleetEntrySchema, fleetSchema } from '../core/fleet.js';
import { makeFolder } from '../formats/files/make-folder.js';
import { writeJsonAtomic } from './atomic-write.js';

const ENTRIES = 'entries';
export const FLEET_FILE = 'FLEET.json';

/**
 * fleet/entries/<hash>.json, one a document, and FLEET.json made from them. Many machines may write at once without a lock:
 * an entry's name is the hash of what it says, so writers of the same name write the same, and every write is a rename.
 */
export type FleetFolder = {
  readonly path: string;
  /** False when it was there already. */
  add(entry: FleetEntry): boolean;
  /** Every entry, and the names of the files that are none. */
  entries(): { entries: FleetEntry[]; damaged: { file: string; reason: string }[] };
  /** Writes FLEET.json, again until no entry came meanwhile: whoever writes last has seen all. */
  writeFleet(build: (entries: readonly FleetEntry[]) => Fleet): Fleet;
};

/** What was measured, without where it was found: the same run from two places is one entry. */
const nameOf = ({ source, node, ...content }: FleetEntry): string =>
  `${shortHash(content.kind === 'r1-tune/fleet-set-aside' ? { ...content, source } : { ...content, node }, 24)}.json`;

export function openFleetFolder(path: string): FleetFolder {
  const folder = join(path, ENTRIES);
  makeFolder(folder);
  const names = (): string[] =>
    readdirSync(folder)
      .filter((name) => name.endsWith('.json'))
      .sort();
  const entries: FleetFolder['entries'] = () => {
    const read = names().map((name) => readEntry(join(folder, name)));
    return {
      entries: read.flatMap((one) => ('entry' in one ? [one.entry] : [])),
      damaged: read.flatMap((one) => ('entry' in one ? [] : [one])),
    };
  };
  return {
    path,
    entries,
    add(entry) {
      const file = join(folder, nameOf(entry));
      if (existsSync(file) && 'entry' in readEntry(file)) return false;
      writeJsonAtomic(file, entry);
      return true;
    },
    writeFleet(build) {
      for (;;) {
        const before = names().join();
        const fleet = build(entries().entries);
        writeJsonAtomic(join(path, FLEET_FILE), fleet);
        if (names().join() === before) return fleet;
      }
    },
  };
}

function readEntry(file: string): { entry: FleetEntry } | { file: string; reason: string } {
  try {
    const parsed = fleetEntrySchema.safeParse(JSON.parse(readFileSync(file, 'utf8')));
    return parsed.success ? { entry: parsed.data } : { file, reason: z.prettifyError(parsed.error) };
  } catch (error) {
    return { file, reason: (error as Error).message };
  }
}

/** True where `collect` has written. */
export const isFleetFolder = (path: string): boolean => existsSync(join(path, ENTRIES));

/** A fleet: its folder, or its FLEET.json. Throws `RUN_INVALID`. */
export const readFleet = (path: string): Fleet =>
  readParsed(path.endsWith('.json') ? path : join(path, FLEET_FILE), fleetSchema, {
    fix: 'Give a folder that r1-tune fleet collect has filled, or its FLEET.json.',
  });

/** What `r1-tune plan --json` printed. Throws `RUN_INVALID`. */
export const readCapacityPlan = (path: string): CapacityPlan =>
  readParsed(path, capacityPlanSchema, { fix: 'Give a file with the output of r1-tune plan --json.' });

function readParsed<T>(file: string, schema: z.ZodType<T>, { fix }: { fix: string }): T {
  let document: unknown;
  try {
    document = JSON.parse(readFileSync(file, 'utf8'));
  } catch (cause) {
    throw new R1Error('RUN_INVALID', `${file} cannot be read: ${(cause as Error).message}`, { fix, cause });
  }
  const parsed = schema.safeParse(document);
  if (parsed.success) return parsed.data;
  throw new R1Error('RUN_INVALID', `${file} does not match its schema:\n${z.prettifyError(parsed.error)}`, {
    fix,
    cause: parsed.error,
  });
}

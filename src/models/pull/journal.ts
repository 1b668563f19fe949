import { readFileSync, writeFileSync } from 'node:fs';
import * as z from 'zod';

/** Which parts of a file have arrived, kept beside the unfinished file so that a later run goes on from there. */
const journalSchema = z.object({
  /** Identity of the content: a change on the site starts the file anew. */
  identity: z.string(),
  sizeBytes: z.int(),
  partBytes: z.int().min(1),
  /** Indexes of the parts that are on disk. */
  done: z.array(z.int().min(0)),
});
export type Journal = z.infer<typeof journalSchema>;

/** The journal of an unfinished file when it is of the same content, else undefined. */
export function readJournal(path: string, expected: Omit<Journal, 'done'>): Journal | undefined {
  try {
    const journal = journalSchema.parse(JSON.parse(readFileSync(path, 'utf8')));
    const isSame =
      journal.identity === expected.identity &&
      journal.sizeBytes === expected.sizeBytes &&
      journal.partBytes === expected.partBytes;
    return isSame ? journal : undefined;
  } catch {
    // Missing or damaged: the file starts anew.
    return undefined;
  }
}

export const writeJournal = (path: string, journal: Journal): void => writeFileSync(path, JSON.stringify(journal));

import { appendFileSync, existsSync, readFileSync, truncateSync } from 'node:fs';
import { dirname } from 'node:path';
import { canonicalJson } from '../core/canonical.js';
import { R1Error } from '../core/errors.js';
import { type GateHistoryEntry, gateHistoryEntrySchema } from '../core/gate-history.js';
import { makeFolder } from '../formats/files/make-folder.js';

/** The entries of a history, oldest first, each once: copies that were put together in any order give the same. */
export function readGateHistory(path: string): GateHistoryEntry[] {
  if (!existsSync(path)) return [];
  const lines = wholeLines(readFileSync(path, 'utf8')).split('\n');
  return inOrder(lines.flatMap((line, i) => (line.trim() === '' ? [] : [parse(line, `${path}, line ${i + 1}`)])));
}

/** What a writer that was killed left of its last line is not an entry. */
const wholeLines = (text: string): string => text.slice(0, text.lastIndexOf('\n') + 1);

function parse(line: string, where: string): GateHistoryEntry {
  try {
    return gateHistoryEntrySchema.parse(JSON.parse(line));
  } catch (cause) {
    throw new R1Error('RUN_INVALID', `${where} is not an entry of a gate history of this version.`, {
      cause,
      fix: 'Take the line out, or give another --store to start a new history.',
    });
  }
}

function inOrder(entries: readonly GateHistoryEntry[]): GateHistoryEntry[] {
  const known = new Map(entries.map((entry) => [canonicalJson(entry), entry]));
  return [...known]
    .sort(([a, { at }], [b, { at: other }]) => compare(at, other) || compare(a, b))
    .map(([, entry]) => entry);
}

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

/** Appends what is not there yet: a new measurement, or all of another copy. */
export function addToGateHistory(path: string, entries: readonly GateHistoryEntry[]): void {
  const known = new Set(readGateHistory(path).map(canonicalJson));
  const fresh = inOrder(entries).filter((entry) => !known.has(canonicalJson(entry)));
  if (fresh.length === 0) return;
  try {
    makeFolder(dirname(path));
    if (existsSync(path)) truncateSync(path, Buffer.byteLength(wholeLines(readFileSync(path, 'utf8'))));
    appendFileSync(path, fresh.map((entry) => `${JSON.stringify(entry)}\n`).join(''));
  } catch (cause) {
    throw new R1Error('OUTPUT_UNWRITABLE', `The gate history ${path} cannot be written: ${(cause as Error).message}`, {
      cause,
    });
  }
}

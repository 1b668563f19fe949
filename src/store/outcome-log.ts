import { closeSync, fsyncSync, ftruncateSync, openSync, readFileSync, writeSync } from 'node:fs';
import { R1Error } from '../core/errors.js';
import { type Outcome, outcomeSchema } from '../core/outcome.js';

/**
 * The append-only log of a run: one JSON line a trial, flushed before the next trial is asked for.
 * A line that a power cut left half-written is cut off when the log is opened again; any other damage is an error.
 */
export type OutcomeLog = {
  readonly outcomes: readonly Outcome[];
  append(outcome: Outcome): void;
  close(): void;
};

function parseLine(line: string, number: number, path: string): Outcome {
  try {
    return outcomeSchema.parse(JSON.parse(line));
  } catch (cause) {
    throw new R1Error('RUN_INVALID', `${path}, line ${number}: not a trial of this version of r1-tune.`, { cause });
  }
}

/** Reads whole lines; returns the bytes they take, so that a torn last line can be cut off. */
export function readOutcomes(path: string): { outcomes: Outcome[]; wholeBytes: number } {
  let text: Buffer;
  try {
    text = readFileSync(path);
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return { outcomes: [], wholeBytes: 0 };
    throw new R1Error('RUN_INVALID', `${path} cannot be read: ${(cause as Error).message}`, { cause });
  }
  const wholeBytes = text.lastIndexOf(0x0a) + 1;
  const lines = text.subarray(0, wholeBytes).toString('utf8').split('\n').slice(0, -1);
  return { outcomes: lines.map((line, i) => parseLine(line, i + 1, path)), wholeBytes };
}

export function openOutcomeLog(path: string): OutcomeLog {
  const { outcomes, wholeBytes } = readOutcomes(path);
  const handle = openSync(path, 'a');
  ftruncateSync(handle, wholeBytes);
  return {
    outcomes,
    append(outcome) {
      const line = Buffer.from(`${JSON.stringify(outcomeSchema.parse(outcome))}\n`, 'utf8');
      for (let done = 0; done < line.length; ) done += writeSync(handle, line, done);
      fsyncSync(handle);
      outcomes.push(outcome);
    },
    close: () => closeSync(handle),
  };
}

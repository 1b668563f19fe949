import { existsSync, writeFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import type { Candidate } from '../../core/candidate.js';
import { R1Error } from '../../core/errors.js';
import type { FakeScript, Fault } from './script.js';

export type FaultPlace = Fault['at'];
/** Called at each place; returns extra milliseconds to wait, or does not return in the way the fault says. */
export type FaultInjector = (place: FaultPlace, context: string) => Promise<number>;

export function faultInjector(script: FakeScript, scriptPath: string, candidate: Candidate): FaultInjector {
  const calls: Record<FaultPlace, number> = { load: 0, prefill: 0, decode: 0 };
  return async (place, context) => {
    const call = calls[place]++;
    let slowMs = 0;
    for (const fault of script.faults) {
      if (fault.at !== place || call < fault.afterCalls || !context.includes(asBytes(fault.context))) continue;
      if (!concerns(fault, candidate) || isSpent(fault, scriptPath)) continue;
      slowMs += await strike(fault, candidate);
    }
    return slowMs;
  };
}

/** The context of a sequence is kept as one character a byte. */
const asBytes = (text: string): string => Buffer.from(text).toString('latin1');

function concerns({ when }: Fault, candidate: Candidate): boolean {
  const within = <T>(list: readonly T[] | undefined, value: T) => !list || list.includes(value);
  return (
    within(when.threads, candidate.threads) &&
    within(when.quant, candidate.quant) &&
    within(when.binding, candidate.binding.name) &&
    within(when.allocator, candidate.allocator.name)
  );
}

function isSpent(fault: Fault, scriptPath: string): boolean {
  if (!fault.marker) return false;
  const path = resolve(dirname(scriptPath), fault.marker);
  if (existsSync(path)) return true;
  writeFileSync(path, '');
  return false;
}

async function strike(fault: Fault, candidate: Candidate): Promise<number> {
  switch (fault.kind) {
    case 'slow':
      return fault.slowMs;
    case 'crash':
      return process.abort();
    case 'exit':
      return process.exit(7);
    case 'hang':
      return new Promise(() => setInterval(() => {}, 1000));
    case 'block':
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
      return 0;
    case 'out-of-memory':
      return outOfMemory(fault.allocateBytes);
    case 'refuse-binding':
      throw new R1Error('NOT_PERMITTED', `The binding "${candidate.binding.name}" cannot be set: the script says so.`);
    case 'error':
      throw new Error(`The script of the fake engine fails here (${fault.at}).`);
  }
}

/** Touches what it allocates, then dies as a process does that the kernel's out-of-memory killer has chosen. */
function outOfMemory(bytes: number): Promise<number> {
  const chunkBytes = 16 * 1024 ** 2;
  const held: Buffer[] = [];
  for (let done = 0; done < bytes; done += chunkBytes)
    held.push(Buffer.alloc(Math.min(chunkBytes, bytes - done), held.length + 1));
  process.kill(process.pid, 'SIGKILL');
  return new Promise(() => setInterval(() => held.length, 1000));
}

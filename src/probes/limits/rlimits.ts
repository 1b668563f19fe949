import { type Fact, known, unknown } from '../../core/fact.js';
import type { Host } from '../../core/ports.js';
import { asWhole, fileFact } from '../reading/file-fact.js';

const SOURCE = '/proc/self/limits';
/** Stands for "no limit" in facts about limits. */
export const NO_LIMIT = -1;

/** The soft limit that /proc/self/limits prints under `name`; -1 stands for none. */
export function processLimit(host: Host, name: string): Fact<number> {
  const limit = fileFact(host, SOURCE, (text) => {
    const soft = new RegExp(`^${name}\\s+(\\S+)`, 'm').exec(text)?.[1];
    return soft === 'unlimited' ? NO_LIMIT : asWhole(soft ?? '');
  });
  return limit.value === null ? unknown(SOURCE) : known(limit.value, `${SOURCE} ${name}`);
}

/** The user with number 0 is exempt from RLIMIT_NPROC and, with CAP_IPC_LOCK, from RLIMIT_MEMLOCK (getrlimit(2)). */
export const isRoot = (host: Host): boolean => /^Uid:\s+\d+\s+0\b/m.test(host.read('/proc/self/status') ?? '');

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

/** Bits of CapEff in /proc/self/status (capabilities(7)). */
const CAPABILITIES = { IPC_LOCK: 14, SYS_ADMIN: 21, SYS_RESOURCE: 24 } as const;

export function hasCapability(host: Host, name: keyof typeof CAPABILITIES): boolean {
  const mask = /^CapEff:\s+([0-9a-f]+)/m.exec(host.read('/proc/self/status') ?? '')?.[1];
  return mask !== undefined && ((BigInt(`0x${mask}`) >> BigInt(CAPABILITIES[name])) & 1n) === 1n;
}

/** RLIMIT_NPROC binds neither the user with number 0 nor the holder of one of two capabilities (getrlimit(2)). */
export const startsAnyNumber = (host: Host): boolean =>
  /^Uid:\s+0\b/m.test(host.read('/proc/self/status') ?? '') ||
  hasCapability(host, 'SYS_RESOURCE') ||
  hasCapability(host, 'SYS_ADMIN');

import type { Host } from '../../core/ports.js';
import { engineCacheFolder } from '../home.js';

/** The environment that child programs get: the person's shell, and where engines keep what they build. */
export function environmentOf(host: Host): Record<string, string> {
  const own = host.envNames().flatMap((name) => {
    const value = host.env(name);
    return value === undefined ? [] : [[name, value] as const];
  });
  return { ...Object.fromEntries(own), R1TUNE_ENGINE_CACHE: engineCacheFolder(host) };
}

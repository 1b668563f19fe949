import { homedir } from 'node:os';
import { join } from 'node:path';
import type { Host } from '../core/ports.js';

/** Where models, engine copies and calibrations are kept: R1TUNE_HOME, or the XDG cache folder. */
export function homeFolder(host: Host): string {
  const own = host.env('R1TUNE_HOME');
  if (own) return own;
  return join(host.env('XDG_CACHE_HOME') || join(homedir(), '.cache'), 'r1-tune');
}

export const engineCacheFolder = (host: Host): string => join(homeFolder(host), 'engines');
export const modelsFolder = (host: Host): string => join(homeFolder(host), 'models');

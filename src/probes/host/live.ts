import type { Host } from '../../core/ports.js';
import { fileReader } from './file.js';

/** The running machine. */
export function liveHost(environment: NodeJS.ProcessEnv = process.env): Host {
  return {
    platform: process.platform,
    arch: process.arch,
    isLive: true,
    ...fileReader(),
    env: (name) => environment[name],
    envNames: () => Object.keys(environment),
  };
}

import type { Machine } from '../core/machine.js';
import type { Clock, Host } from '../core/ports.js';
import { rememberingHost } from './host/remembering.js';
import { runProbes } from './run-probes.js';

/**
 * Reads everything about a machine, live or recorded, in one pass of file reads: no child processes, no rights needed.
 * On macOS and Windows the facts come from the systeminformation package, loaded only there.
 * `bandwidth` stays null: `measureBandwidth` is a separate step.
 */
export async function probeMachine(host: Host, options: { clock?: Clock } = {}): Promise<Machine> {
  if (host.platform === 'linux' || !host.isLive) return runProbes(rememberingHost(host).host, options.clock);
  const { portableHost, relabelSources } = await import('./host/portable.js');
  return relabelSources(runProbes(await portableHost(host), options.clock));
}

export { liveHost } from './host/live.js';

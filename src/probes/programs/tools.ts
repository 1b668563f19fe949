import type { Machine } from '../../core/machine.js';
import type { Host } from '../../core/ports.js';

const TOOLS = ['taskset', 'numactl', 'numastat', 'chrt', 'perf', 'turbostat', 'lstopo', 'lscpu', 'gcc', 'systemd-run'];
/** Where programs lie when no PATH is known (recorded machines). */
const DEFAULT_PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

/** Programs on PATH. Facts never need them; bindings and measurements may. */
export function probeTools(host: Host): Machine['tools'] {
  const folders = (host.env('PATH') ?? DEFAULT_PATH).split(':').filter((folder) => folder.startsWith('/'));
  return TOOLS.flatMap((name) => {
    const folder = folders.find((candidate) => host.exists(`${candidate}/${name}`));
    return folder === undefined ? [] : [{ name, path: `${folder}/${name}` }];
  });
}

/** False in a recording of proc/ and sys/ alone, which says nothing about what is installed. */
export const hasPrograms = (host: Host): boolean => ['/usr/bin', '/bin', '/nix'].some((folder) => host.exists(folder));

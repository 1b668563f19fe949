import type { Host } from '../../core/ports.js';
import { table } from '../../core/table.js';

export type Package = 'util-linux' | 'numactl' | 'jemalloc' | 'tcmalloc' | 'mimalloc';
type Manager = { command: string; packages: Partial<Record<Package, string>> };

/**
 * What each distribution calls the package, from its own index. Debian and Ubuntu put the version of the library into the
 * name; a pattern that apt understands finds it whatever the release.
 */
const APT: Manager = {
  command: 'sudo apt-get install',
  packages: {
    'util-linux': 'util-linux',
    numactl: 'numactl',
    jemalloc: 'libjemalloc2',
    tcmalloc: "'^libtcmalloc-minimal4(t64)?$'",
    mimalloc: "'^libmimalloc[0-9.]+$'",
  },
};
const DNF: Manager = {
  command: 'sudo dnf install',
  packages: {
    'util-linux': 'util-linux',
    numactl: 'numactl',
    jemalloc: 'jemalloc',
    tcmalloc: 'gperftools-libs',
    mimalloc: 'mimalloc',
  },
};
const ZYPPER: Manager = {
  command: 'sudo zypper install',
  packages: {
    'util-linux': 'util-linux',
    numactl: 'numactl',
    jemalloc: 'libjemalloc2',
    tcmalloc: 'libtcmalloc4',
    mimalloc: 'libmimalloc2',
  },
};
const PACMAN: Manager = {
  command: 'sudo pacman -S',
  packages: {
    'util-linux': 'util-linux',
    numactl: 'numactl',
    jemalloc: 'jemalloc',
    tcmalloc: 'gperftools',
    mimalloc: 'mimalloc',
  },
};
const APK: Manager = {
  command: 'sudo apk add',
  packages: {
    'util-linux': 'util-linux-misc',
    numactl: 'numactl-tools',
    jemalloc: 'jemalloc',
    tcmalloc: 'gperftools',
    mimalloc: 'mimalloc2',
  },
};

/** By ID, else by the first known word of ID_LIKE of os-release(5). */
const MANAGERS: Record<string, Manager> = table({
  debian: APT,
  ubuntu: APT,
  fedora: DNF,
  rhel: DNF,
  centos: DNF,
  suse: ZYPPER,
  opensuse: ZYPPER,
  arch: PACMAN,
  alpine: APK,
});

const field = (text: string, name: string): string =>
  new RegExp(`^${name}=["']?([^"'\\n]*)`, 'm').exec(text)?.[1]?.toLowerCase() ?? '';

/** The line that installs a package on this distribution, or in words what to install where it is not known. */
export function installLine(host: Pick<Host, 'read'>, wanted: Package): string {
  const release = host.read('/etc/os-release') ?? host.read('/usr/lib/os-release') ?? '';
  const ids = [field(release, 'ID'), ...field(release, 'ID_LIKE').split(' ')];
  const manager = ids.map((id) => MANAGERS[id]).find((found) => found !== undefined);
  const name = manager?.packages[wanted];
  return manager && name ? `${manager.command} ${name}` : `install ${wanted} with the package manager of this system`;
}

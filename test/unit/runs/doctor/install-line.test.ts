import { expect, it } from 'vitest';
import { installLine } from '../../../../src/runs/doctor/install-line.js';

const host = (release: string | undefined) => ({
  read: (path: string) => (path === '/etc/os-release' ? release : undefined),
});

it.each([
  ['ID=debian\nID_LIKE=', 'sudo apt-get install libjemalloc2'],
  ['NAME="Linux Mint"\nID=linuxmint\nID_LIKE="ubuntu debian"', 'sudo apt-get install libjemalloc2'],
  ['ID="rocky"\nID_LIKE="rhel centos fedora"', 'sudo dnf install jemalloc'],
  ['ID="opensuse-leap"\nID_LIKE="suse opensuse"', 'sudo zypper install libjemalloc2'],
  ['ID=arch', 'sudo pacman -S jemalloc'],
  ['ID=alpine', 'sudo apk add jemalloc'],
])('knows the package manager of %s', (release, line) => {
  expect(installLine(host(release), 'jemalloc')).toBe(line);
});

it.each([undefined, '', 'ID=__proto__', 'VERSION_ID=debian', 'ID=nixos'])(
  'says in words what to install on %j',
  (release) => {
    expect(installLine(host(release), 'numactl')).toBe('install numactl with the package manager of this system');
  },
);

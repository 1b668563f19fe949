import { type Fact, known, likely, unknown } from '../../core/fact.js';
import type { Machine } from '../../core/machine.js';
import type { Host } from '../../core/ports.js';
import { table } from '../../core/table.js';
import { asText, fileFact } from '../reading/file-fact.js';

/** Program loaders of glibc, as each architecture's ABI fixes their names. */
const LOADERS: Record<string, string[]> = table({
  x64: ['ld-linux-x86-64.so.2'],
  arm64: ['ld-linux-aarch64.so.1'],
  ppc64: ['ld64.so.2', 'ld64.so.1'],
  s390x: ['ld64.so.1'],
  riscv64: ['ld-linux-riscv64-lp64d.so.1'],
  loong64: ['ld-linux-loongarch-lp64d.so.1'],
});
const MUSL_NAMES: Record<string, string> = table({
  x64: 'x86_64',
  arm64: 'aarch64',
  ppc64: 'powerpc64le',
  s390x: 's390x',
  riscv64: 'riscv64',
  loong64: 'loongarch64',
});

export function probePlatform(host: Host): Machine['platform'] {
  return {
    os: host.platform,
    arch: host.arch,
    kernel: kernelRelease(host),
    distribution: fileFact(host, '/etc/os-release', (text) => /^PRETTY_NAME="?([^"\n]+)/m.exec(text)?.[1]),
    libc: cLibrary(host),
    node: host.isLive ? known(process.version, 'process.version') : unknown('process.version'),
  };
}

function kernelRelease(host: Host): Fact<string> {
  const release = fileFact(host, '/proc/sys/kernel/osrelease', asText);
  if (release.value !== null) return release;
  return fileFact(host, '/proc/version', (text) => /^Linux version (\S+)/.exec(text)?.[1]);
}

/** What this process has mapped is certain; which loaders lie on the disk is only likely, as both may be installed. */
function cLibrary(host: Host): Fact<'glibc' | 'musl'> {
  const maps = host.read('/proc/self/maps') ?? '';
  if (/\/ld-musl-[^/]*$/m.test(maps)) return known('musl', '/proc/self/maps');
  if (/\/(?:ld-linux|libc\.so\.6|libc-2)[^/]*$/m.test(maps)) return known('glibc', '/proc/self/maps');
  const loaders = LOADERS[host.arch] ?? [];
  if (loaders.some((name) => host.exists(`/lib64/${name}`) || host.exists(`/lib/${name}`)))
    return likely('glibc', '/lib and /lib64');
  if (host.exists(`/lib/ld-musl-${MUSL_NAMES[host.arch]}.so.1`)) return likely('musl', '/lib');
  return unknown('/proc/self/maps');
}

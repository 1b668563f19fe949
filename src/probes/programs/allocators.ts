import { dirname, join } from 'node:path';
import type { FoundAllocator, Machine } from '../../core/machine.js';
import type { Host } from '../../core/ports.js';
import { table } from '../../core/table.js';
import { parseElf } from './elf.js';

const LIBRARY = /^lib((?:je|mi|tc)malloc(?:_minimal|-secure)?)\.so((?:\.\d+)*)$/;
const CACHED = /\/[^\0]*\/lib(?:je|mi|tc)malloc(?:_minimal|-secure)?\.so[.\d]*/g;
/** Debian keeps libraries in a folder named after the machine; RHEL and SUSE in lib64; Arch and Alpine in lib. */
const TRIPLETS: Record<string, string[]> = table({
  x64: ['x86_64-linux-gnu', 'x86_64-linux-musl'],
  arm64: ['aarch64-linux-gnu', 'aarch64-linux-musl'],
  ia32: ['i386-linux-gnu'],
  arm: ['arm-linux-gnueabihf'],
  ppc64: ['powerpc64le-linux-gnu'],
  s390x: ['s390x-linux-gnu'],
  riscv64: ['riscv64-linux-gnu'],
  loong64: ['loongarch64-linux-gnu'],
});
const FOLDERS = ['/usr/lib64', '/lib64', '/usr/lib', '/lib', '/usr/local/lib', '/usr/local/lib64', '/opt/homebrew/lib'];
/** Larger than any release of the three; bounds what one library may cost to look at. */
const MAX_LIBRARY_BYTES = 16 * 1024 ** 2;

/**
 * Allocators that LD_PRELOAD could load here. A library of another machine, word size or C library is listed as not
 * usable: the loader only warns about it and goes on without, so it must never be chosen.
 */
export function probeAllocators(host: Host, { platform }: Pick<Machine, 'platform'>): Machine['allocators'] {
  const found = new Map<string, FoundAllocator>();
  for (const path of [...folderLibraries(host, platform.arch), ...cachedLibraries(host)]) {
    const real = resolveLinks(host, path);
    if (!found.has(real)) found.set(real, describe(host, real, platform));
  }
  return preferred([...found.values()]);
}

function folderLibraries(host: Host, arch: string): string[] {
  const folders = [...(TRIPLETS[arch] ?? []).map((triplet) => `/usr/lib/${triplet}`), ...FOLDERS];
  return folders.flatMap((folder) =>
    host
      .list(folder)
      .filter((name) => LIBRARY.test(name))
      .map((name) => `${folder}/${name}`),
  );
}

/** The loader's own index names libraries in other folders; its strings are read, its layout is not needed. */
function cachedLibraries(host: Host): string[] {
  const cache = host.readBytes('/etc/ld.so.cache');
  if (!cache) return [];
  return [...new Set(Buffer.from(cache).toString('latin1').match(CACHED) ?? [])].filter((path) => host.exists(path));
}

function describe(host: Host, path: string, platform: Machine['platform']): FoundAllocator {
  const [, variant = '', version = ''] = LIBRARY.exec(path.slice(path.lastIndexOf('/') + 1)) ?? [];
  const reason = misfit(host.readBytes(path, MAX_LIBRARY_BYTES), platform);
  return {
    name: /^(jemalloc|tcmalloc|mimalloc)/.exec(variant)![1] as FoundAllocator['name'],
    variant,
    path,
    version: version === '' ? null : version.slice(1),
    usable: reason === undefined,
    ...(reason === undefined ? {} : { reason }),
  };
}

function misfit(bytes: Uint8Array | undefined, platform: Machine['platform']): string | undefined {
  if (!bytes) return 'the file cannot be read';
  const elf = parseElf(bytes);
  if (!elf) return 'not an ELF library';
  if (platform.arch !== 'unknown' && elf.arch !== platform.arch)
    return `built for ${elf.arch}, this machine runs ${platform.arch}`;
  if (elf.libc && platform.libc.value && elf.libc !== platform.libc.value)
    return `built for ${elf.libc}, programs here use ${platform.libc.value}`;
  return undefined;
}

/** Follows links of the file and of every folder on the way, so that /lib and /usr/lib do not count twice. */
function resolveLinks(host: Host, path: string, depth = 0): string {
  const parts = path.split('/').filter((part) => part !== '');
  let current = '';
  for (const [index, part] of parts.entries()) {
    const target = host.readLink(`${current}/${part}`);
    if (target !== undefined && depth < 20)
      return resolveLinks(
        host,
        join(
          dirname(`${current}/${part}`),
          target.startsWith('/') ? `/../../../../../../../../..${target}` : target,
          ...parts.slice(index + 1),
        ),
        depth + 1,
      );
    current = `${current}/${part}`;
  }
  return current;
}

/** Usable ones first; of one allocator the plain build before secure and profiling ones, then the newest. */
function preferred(allocators: FoundAllocator[]): FoundAllocator[] {
  const plainness = ({ variant }: FoundAllocator) =>
    ['jemalloc', 'tcmalloc_minimal', 'mimalloc', 'tcmalloc'].indexOf(variant) >>> 0;
  return allocators.sort(
    (a, b) =>
      Number(b.usable) - Number(a.usable) ||
      a.name.localeCompare(b.name) ||
      plainness(a) - plainness(b) ||
      (b.version ?? '').localeCompare(a.version ?? '', undefined, { numeric: true }),
  );
}

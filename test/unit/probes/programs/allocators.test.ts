import { describe, expect, it } from 'vitest';
import { memoryHost } from '../../../../src/probes/host/memory.js';
import { probeMachine } from '../../../../src/probes/index.js';
import { generateMachine, readDescription } from '../../../helpers/machines/generated.js';

/** The head of an ELF library of an e_machine, and the C library it names among the needed ones. */
function library(machine: number, libc = 'libc.so.6', bits = 64): Uint8Array {
  const head = Buffer.alloc(64);
  head.writeUInt32BE(0x7f454c46, 0);
  head[4] = bits === 64 ? 2 : 1;
  head[5] = 1;
  head.writeUInt16LE(machine, 18);
  return Buffer.concat([head, Buffer.from(`\0${libc}\0`)]);
}
const [X64, IA32, ARM64] = [62, 3, 183];
const DEBIAN = '/usr/lib/x86_64-linux-gnu';
const base = generateMachine(readDescription('dual-epyc-7763')).files;

async function found(
  bytes: Record<string, Uint8Array>,
  links: Record<string, string> = {},
  files: Record<string, string> = {},
) {
  const glibc = { '/proc/self/maps': `7f00-7f01 r-xp 00000000 08:01 99 ${DEBIAN}/libc.so.6` };
  return (await probeMachine(memoryHost({ arch: 'x64', files: { ...base, ...glibc, ...files }, bytes, links })))
    .allocators;
}

describe('allocators', () => {
  it('resolves links and counts each library once', async () => {
    const bytes = { [`${DEBIAN}/libmimalloc.so.2.0`]: library(X64), [`${DEBIAN}/libjemalloc.so.2`]: library(X64) };
    const links = {
      [`${DEBIAN}/libmimalloc.so.2`]: 'libmimalloc.so.2.0',
      '/lib': 'usr/lib',
      [`${DEBIAN}/libmimalloc.so`]: 'libmimalloc.so.2',
    };
    expect(await found(bytes, links)).toEqual([
      { name: 'jemalloc', variant: 'jemalloc', path: `${DEBIAN}/libjemalloc.so.2`, version: '2', usable: true },
      { name: 'mimalloc', variant: 'mimalloc', path: `${DEBIAN}/libmimalloc.so.2.0`, version: '2.0', usable: true },
    ]);
  });

  it('prefers the minimal tcmalloc and plain builds', async () => {
    const names = ['libtcmalloc.so.4', 'libtcmalloc_minimal.so.4', 'libmimalloc-secure.so.2', 'libmimalloc.so.2'];
    const all = await found(Object.fromEntries(names.map((name) => [`/usr/lib64/${name}`, library(X64)])));
    expect(all.map((allocator) => allocator.variant)).toEqual([
      'mimalloc',
      'mimalloc-secure',
      'tcmalloc_minimal',
      'tcmalloc',
    ]);
  });

  it('lists what does not fit with the reason, last', async () => {
    const all = await found({
      '/usr/lib64/libjemalloc.so.1': library(IA32, 'libc.so.6', 32),
      '/usr/lib64/libtcmalloc.so.4': library(ARM64),
      '/usr/lib/libmimalloc.so.3': library(X64, 'libc.musl-x86_64.so.1'),
      '/usr/local/lib/libjemalloc.so.2': library(X64),
      '/usr/lib/libjemalloc.so.9': Buffer.from('INPUT ( libjemalloc.so.2 )'),
    });
    expect(all[0]).toMatchObject({ path: '/usr/local/lib/libjemalloc.so.2', usable: true });
    expect(Object.fromEntries(all.slice(1).map(({ path, reason }) => [path, reason]))).toEqual({
      '/usr/lib64/libjemalloc.so.1': 'built for ia32, this machine runs x64',
      '/usr/lib64/libtcmalloc.so.4': 'built for arm64, this machine runs x64',
      '/usr/lib/libmimalloc.so.3': 'built for musl, programs here use glibc',
      '/usr/lib/libjemalloc.so.9': 'not an ELF library',
    });
  });

  it('finds libraries in other folders through the index of the loader', async () => {
    const bytes = {
      '/opt/alloc/libjemalloc.so.2': library(X64),
      '/etc/ld.so.cache': Buffer.from(
        'glibc-ld.so.cache1.1\0libjemalloc.so.2\0/opt/alloc/libjemalloc.so.2\0/gone/libtcmalloc.so.4\0',
      ),
    };
    expect((await found(bytes)).map((allocator) => allocator.path)).toEqual(['/opt/alloc/libjemalloc.so.2']);
  });

  it('ignores names that only look alike', async () => {
    expect(
      await found({ '/usr/lib/libjemalloc_pic.a': library(X64), '/usr/lib/libxmalloc.so.1': library(X64) }),
    ).toEqual([]);
  });
});

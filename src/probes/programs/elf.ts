import { table } from '../../core/table.js';

/** What an ELF file says about where it can be loaded. */
export type ElfKind = { arch: string; bits: 32 | 64; libc: 'glibc' | 'musl' | null };

/** e_machine of the ELF specification → Node's name of the architecture. */
const MACHINES: Record<number, string> = table({
  3: 'ia32',
  21: 'ppc64',
  22: 's390x',
  40: 'arm',
  62: 'x64',
  183: 'arm64',
  243: 'riscv64',
  258: 'loong64',
});

/** Reads class, machine and the C library named among the needed ones; undefined for anything that is not ELF. */
export function parseElf(bytes: Uint8Array): ElfKind | undefined {
  const file = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (file.length < 20 || file.readUInt32BE(0) !== 0x7f454c46) return undefined;
  const machine = file[5] === 2 ? file.readUInt16BE(18) : file.readUInt16LE(18);
  const libc =
    file.includes('libc.musl-') || file.includes('ld-musl-') ? 'musl' : file.includes('libc.so.6') ? 'glibc' : null;
  return { arch: MACHINES[machine] ?? `ELF machine ${machine}`, bits: file[4] === 2 ? 64 : 32, libc };
}

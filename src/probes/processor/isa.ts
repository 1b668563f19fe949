import type { Isa } from '../../core/machine.js';
import { table } from '../../core/table.js';

/**
 * Words of /proc/cpuinfo for what engines use. The kernel mixes underscores: avx512vbmi has none, avx512_vnni has.
 * AVX-512 stands for F, BW, DQ and VL together, as ggml and MLAS require them.
 */
const X86: Record<string, string[]> = table({
  fma: ['fma'],
  f16c: ['f16c'],
  avx: ['avx'],
  avx2: ['avx2'],
  avxVnni: ['avx_vnni'],
  avxVnniInt8: ['avx_vnni_int8'],
  avx512: ['avx512f', 'avx512bw', 'avx512dq', 'avx512vl'],
  avx512Vbmi: ['avx512vbmi'],
  avx512Vnni: ['avx512_vnni'],
  avx512Bf16: ['avx512_bf16'],
  avx512Fp16: ['avx512_fp16'],
  amx: ['amx_tile', 'amx_int8'],
  amxBf16: ['amx_tile', 'amx_bf16'],
});

const ARM: Record<string, string[]> = table({
  neon: ['asimd'],
  dotprod: ['asimddp'],
  i8mm: ['i8mm'],
  bf16: ['bf16'],
  sve: ['sve'],
  sve2: ['sve2'],
  sme: ['sme'],
});

const LOONGARCH: Record<string, string[]> = table({ lsx: ['lsx'], lasx: ['lasx'] });
const RISCV: Record<string, string[]> = table({ rvv: ['v'] });

/** Words that only some kernel versions print: their absence says nothing. */
const SOMETIMES_PRINTED = new Set(['avx_vnni_int8']);

const X86_ARCHES = ['x64', 'ia32'];
const ARM_ARCHES = ['arm64', 'arm'];

/** Feature words → what engines ask. Without words, everything of the architecture is null ("not known"). */
export function isaOf(arch: string, flags: string[] | null): Isa {
  const words = flags && new Set(flags.flatMap((flag) => wordsOf(arch, flag)));
  const answer = (table: Record<string, string[]>, arches: string[]) =>
    Object.fromEntries(
      Object.entries(table).map(([name, needed]) => [
        name,
        ask(needed, words, arch === 'unknown' ? null : arches.includes(arch)),
      ]),
    );
  return {
    ...answer(X86, X86_ARCHES),
    ...answer(ARM, ARM_ARCHES),
    ...answer(LOONGARCH, ['loong64']),
    ...answer(RISCV, ['riscv64']),
  } as Isa;
}

/** 32-bit ARM has another word for vectors; RISC-V writes all extensions as one word, single letters first: `rv64imafdcv_zicsr`. */
function wordsOf(arch: string, flag: string): string[] {
  if (arch === 'arm' && flag === 'neon') return ['asimd'];
  const [base = '', ...named] = flag.split('_');
  return arch === 'riscv64' && base.startsWith('rv') ? [...base.slice('rv64'.length), ...named] : [flag];
}

function ask(needed: string[], words: Set<string> | null, isOwnArch: boolean | null): boolean | null {
  if (isOwnArch === false) return false;
  if (words === null || isOwnArch === null) return null;
  if (needed.every((word) => words.has(word))) return true;
  return needed.some((word) => SOMETIMES_PRINTED.has(word)) ? null : false;
}

import { backendOf } from '../../core/backend-of.js';
import { armOf, baseModels, phasesTrace } from '../arms.js';
import type { Claim, ClaimFacts } from '../claim.js';
import type { Comparison } from '../design.js';
import { about } from '../expectation.js';

/** "About 20 %": half of it to one and a half. */
const CLAIMED = { kind: 'between' as const, ...about(1.2, 1 / 12) };
const PHASES = ['decode', 'prefill'] as const;

function whyNot({ machine, models, absent }: ClaimFacts): string | null {
  if (!models.some((model) => backendOf(model) === 'llama-cpp'))
    return `only llama.cpp has builds to choose from, and ${absent['llama-cpp'] ?? 'the model has no file for it'}.`;
  if (machine.platform.arch !== 'x64') return `AVX-512 is of x86-64; this machine is ${machine.platform.arch}.`;
  if (machine.platform.os !== 'linux') return 'builds of llama.cpp can be chosen on Linux only.';
  if (machine.cpu.isa.avx512 !== true) return 'this processor has no AVX-512 (F, BW, DQ and VL together).';
  return null;
}

export const avx512: Claim = {
  number: 4,
  id: 'avx512',
  statement: 'AVX-512 is worth about 20 %.',
  sources: ['000', '002'],
  rule:
    "llama.cpp's AVX-512 build against its AVX2 build, prefill and decode apart. It holds when the interval of a phase " +
    'meets +10 % to +30 %, and no phase shows another change. AMX is reported where the processor has it.',
  design(facts) {
    const reason = whyNot(facts);
    if (reason) return { cannotTest: reason };
    const model = baseModels(facts).find((file) => backendOf(file) === 'llama-cpp')!;
    const builds = facts.machine.cpu.isa.amx ? (['avx2', 'avx512', 'amx'] as const) : (['avx2', 'avx512'] as const);
    const arms = builds.map((isa) => armOf(isa, model, facts, { candidate: { isa }, workload: phasesTrace(facts) }));
    const comparisons = builds.slice(1).flatMap((isa) =>
      PHASES.map(
        (phase): Comparison => ({
          name: `${isa} over avx2, ${phase}`,
          metric: phase,
          arm: isa,
          reference: 'avx2',
          expected: isa === 'avx512' ? CLAIMED : { kind: 'change' },
          decides: isa === 'avx512',
        }),
      ),
    );
    return { arms, comparisons, levels: [...PHASES], notes: [] };
  },
};

import { formatBytes } from '../../core/units.js';
import { armOf, baseModel } from '../arms.js';
import type { Claim, ClaimFacts } from '../claim.js';

const CLAIMED = 10;
/** The kernel's default, to compare with where it is 10 already. */
const USUAL = 60;

function whyNot({ machine, controls }: ClaimFacts): string | null {
  const total = machine.memory.swapTotalBytes.value;
  const used = machine.memory.swapUsedBytes.value ?? 0;
  if (total === 0) return 'no swap is set up, so vm.swappiness has nothing to act on.';
  if (total === null) return 'this machine does not say whether it has swap.';
  if (controls.swappiness === null) return null;
  return `${controls.swappiness} Of ${formatBytes(total)} of swap ${formatBytes(used)} were in use before the run.`;
}

export const swappiness: Claim = {
  number: 11,
  id: 'swappiness',
  statement: 'vm.swappiness=10 and no swapping make it faster.',
  sources: ['002'],
  rule:
    'vm.swappiness=10 against the present value (60 where it is 10 already), set for the trial and put back. It holds ' +
    'when decode is shown to be faster.',
  design(facts) {
    const reason = whyNot(facts);
    if (reason) return { cannotTest: reason };
    const present = facts.machine.knobs.swappiness.value ?? USUAL;
    const other = present === CLAIMED ? USUAL : present;
    const arms = [other, CLAIMED].map((value) =>
      armOf(`swappiness ${value}`, baseModel(facts), facts, { conditions: { swappiness: value } }),
    );
    return {
      arms,
      comparisons: [
        {
          name: `swappiness ${CLAIMED} over ${other}, decode`,
          metric: 'decode',
          arm: `swappiness ${CLAIMED}`,
          reference: `swappiness ${other}`,
          expected: { kind: 'more' },
          decides: true,
        },
      ],
      levels: ['decode', 'peakRss'],
      notes: [
        `Swap in use before the run: ${formatBytes(facts.machine.memory.swapUsedBytes.value ?? 0)}. It matters only where memory is short.`,
      ],
    };
  },
};

/** Runs a step of the sequence of the given number in the same moment as those of the others. */
export type StepTogether = <T>(sequence: number, step: () => Promise<T>) => Promise<T>;

/**
 * node-llama-cpp puts into a batch what waits when it begins. Sequences that once fell out of step (their prompts ended at
 * different times) would from then on go in turns, each turn nearly as dear as a step of all. So no step begins while
 * another is under way, and then all that wait begin together.
 *
 * They begin in the order of their numbers. llama.cpp evaluates a batch in one pass only as far as its sequences follow one
 * another: four of them in falling order would be four passes, each nearly as dear as one of all.
 */
export function createStepTogether(): StepTogether {
  let underWay = 0;
  let waiting: { sequence: number; begin: () => void }[] = [];
  const beginAll = () => {
    if (underWay > 0) return;
    const together = waiting.sort((a, b) => a.sequence - b.sequence);
    waiting = [];
    underWay = together.length;
    for (const { begin } of together) begin();
  };
  return async (sequence, step) => {
    await new Promise<void>((begin) => {
      waiting.push({ sequence, begin });
      setImmediate(beginAll);
    });
    try {
      return await step();
    } finally {
      underWay--;
      // Those of the same batch that come back in this turn of the event loop are waited for.
      setImmediate(beginAll);
    }
  };
}

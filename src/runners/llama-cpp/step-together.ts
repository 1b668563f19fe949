/** Runs a step of one sequence in the same moment as those of the others. */
export type StepTogether = <T>(step: () => Promise<T>) => Promise<T>;

/**
 * node-llama-cpp puts into a batch what waits when it begins. Sequences that once fell out of step (their prompts ended at
 * different times) would from then on go in turns, each turn nearly as dear as a step of all. So no step begins while
 * another is under way, and then all that wait begin together.
 */
export function createStepTogether(): StepTogether {
  let underWay = 0;
  const waiting: (() => void)[] = [];
  const beginAll = () => {
    if (underWay > 0) return;
    underWay = waiting.length;
    for (const begin of waiting.splice(0)) begin();
  };
  return async (step) => {
    await new Promise<void>((resolve) => {
      waiting.push(resolve);
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

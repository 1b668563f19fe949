import { backendOf } from '../../core/backend-of.js';
import { absentBackends, armOf, baseModels } from '../arms.js';
import type { Claim, ClaimFacts } from '../claim.js';
import type { Comparison } from '../design.js';

/** Half of the threads in use, so that a variable that is read shows: fewer busy CPUs, and a lower rate. */
function variables({ machine }: ClaimFacts): Record<string, string> {
  const { threadBudget } = machine.limits;
  const asked = threadBudget === 1 ? 2 : Math.floor(threadBudget / 2);
  return { OMP_NUM_THREADS: String(asked), OMP_PROC_BIND: 'spread', OMP_PLACES: 'cores' };
}

export const openMpVariables: Claim = {
  number: 2,
  id: 'openmp-variables',
  statement: 'OMP_NUM_THREADS and OMP_PROC_BIND=spread tune the threads.',
  sources: ['000', '001', '002'],
  rule:
    'The same command with OMP_NUM_THREADS at half of its threads and OMP_PROC_BIND=spread, and without. It holds when ' +
    'the decode rate is shown to change on some backend; busy CPUs are reported beside it.',
  design(facts) {
    const models = baseModels(facts);
    const set = variables(facts);
    const arms = models.flatMap((model) => [
      armOf(`${backendOf(model)}, not set`, model, facts, {}),
      armOf(`${backendOf(model)}, set`, model, facts, { conditions: { environment: set } }),
    ]);
    const compare = (backend: string, metric: 'decode' | 'busyCpus'): Comparison => ({
      name: `${backend}, ${metric === 'decode' ? 'decode' : 'busy CPUs'} with OMP_NUM_THREADS=${set.OMP_NUM_THREADS}`,
      metric,
      arm: `${backend}, set`,
      reference: `${backend}, not set`,
      expected: { kind: 'change' },
      decides: metric === 'decode',
    });
    return {
      arms,
      comparisons: models
        .map(backendOf)
        .flatMap((backend) => [compare(backend, 'decode'), compare(backend, 'busyCpus')]),
      levels: ['busyCpus', 'decode'],
      notes: absentBackends(facts),
    };
  },
};

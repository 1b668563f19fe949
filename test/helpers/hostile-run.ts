import type { RunResult } from '../../src/core/run-result.js';
import { sampleRun } from './sample-run.js';

/** Text that tries to be markup, script, a formula, a table, or too long. */
export const HOSTILE = `</script><script>window.hurt=1</script><img src=x onerror="window.hurt=2">"'\`\${1}|<!--&amp;\u2028\u202e🦙💥 =cmd|'/c calc'!A1`;
const LONG = 'very-long-name-without-a-space-'.repeat(40);

/** The sample run with such text in every place that a user, a model file or a machine can fill. */
export function hostileRun(): RunResult {
  const run = sampleRun({ weights: 'trained' });
  const text = (part: string): string => `${HOSTILE} ${part} ${LONG}`;
  const renamed = JSON.parse(
    JSON.stringify(run, (key, value: unknown) => {
      if (key === 'quant' && typeof value === 'string') return `${value} ${HOSTILE}`;
      if (key === 'name' && value === 'one-per-core') return text('binding');
      return value;
    }),
  ) as RunResult;
  return {
    ...renamed,
    id: `run ${HOSTILE}`,
    machine: {
      ...renamed.machine,
      cpu: { ...renamed.machine.cpu, model: { ...run.machine.cpu.model, value: text('cpu') } },
    },
    plan: {
      ...renamed.plan,
      label: text('label'),
      command: ['sweep', '--model', text('model')],
      models: renamed.plan.models.map((model) => ({ ...model, name: text('model'), path: text('path') })),
      excluded: [{ axis: text('axis'), value: text('value'), reason: text('reason'), configurations: 1 }],
      versions: { [HOSTILE]: HOSTILE },
    },
    warnings: [{ code: HOSTILE, severity: 'serious', message: text('warning'), mend: text('mend') }],
    outcomes: renamed.outcomes.map((outcome) =>
      outcome.reason === null ? outcome : { ...outcome, reason: text('reason'), stderrTail: text('stderr') },
    ),
    configurations: renamed.configurations.map((one) => ({ ...one, label: text('label') })),
  };
}

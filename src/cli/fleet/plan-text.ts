import type { CapacityLimit, CapacityPlan, KindPlan, TokenRange } from '../../core/capacity-plan.js';
import { formatDuration } from '../../core/units.js';

const LIMITS: Record<CapacityLimit, string> = {
  ttft: 'the time to first token breaks first: requests wait for a free sequence and for prompts before them',
  tpot: 'the time a token breaks first: more sequences make each step longer, and prompts stop all answers',
  throughput: 'the tokens a second that it can make are used up before any objective breaks',
  'ttft-idle': 'one request alone takes longer to its first token than asked',
  'tpot-idle': 'one request alone takes longer a token than asked',
  context: 'prompt and answer are longer than the context of its profile (sweep again with a larger --context)',
};

const range = ({ least, most }: TokenRange): string => (least === most ? `${least}` : `${least} to ${most}`);

const counted = (count: number, word: string): string => `${count} ${word}${count === 1 ? '' : 's'}`;

const rateText = (perSecond: number): string =>
  perSecond >= 0.1 ? `${perSecond.toFixed(2)}/s` : `${(3600 * perSecond).toFixed(1)}/h`;

/** The plan for people: what to run first, then every kind by itself. */
export function planText(plan: CapacityPlan): string {
  const { load, objectives, model, balancer } = plan;
  const promises = [
    ...(objectives.ttftMs === null ? [] : [`first token within ${formatDuration(objectives.ttftMs)}`]),
    ...(objectives.tpotMs === null ? [] : [`${formatDuration(objectives.tpotMs)} a token`]),
  ];
  return [
    `${model}: ${rateText(load.ratePerSecond)}, prompts of ${range(load.prompt)}, answers of ${range(load.answer)} tokens${promises.length > 0 ? `; ${promises.join(' and ')} for ${100 * objectives.share} % of requests` : ''}`,
    chosenText(plan),
    ...plan.kinds.flatMap((kind) => ['', ...kindText(kind, plan.currency ?? '')]),
    '',
    `Simulated with measured step times; the ${balancer === 'random' ? 'balancer draws replicas by lot, as a Kubernetes Service does' : 'less busy of two replicas drawn is taken, as by Envoy'}. Assumptions: docs/fleet.md.`,
  ].join('\n');
}

function chosenText({ chosen, kinds, costPerMonth, currency }: CapacityPlan): string {
  if (!chosen) return 'No kind of this fleet carries this load within the objectives.';
  const parts = chosen.map(({ kind, replicas, machines }) => {
    const { name, sequences } = kinds.find((one) => one.kind === kind)!;
    return `${counted(replicas, 'replica')} of ${counted(sequences, 'sequence')} on ${counted(machines, 'machine')} ${name}`;
  });
  const cost = costPerMonth === null ? '' : `, ${currency ?? ''}${costPerMonth.toFixed(0)} a month`;
  return `Run ${parts.join(' and ')}${cost}.`;
}

function kindText(kind: KindPlan, currency: string): string[] {
  const { name, profile, limit, mostPerReplica, prediction } = kind;
  const title = `${name} (profile ${profile})`;
  if (kind.replicas === null || !prediction) return [title, `  cannot: ${LIMITS[limit]}`];
  const cost = kind.costPerMonth === null ? '' : `, ${currency}${kind.costPerMonth.toFixed(0)} a month`;
  const enough =
    kind.mostMachines !== null && kind.machines! > kind.mostMachines ? ` (there are ${kind.mostMachines})` : '';
  const steps = kind.stepMs.map(({ sequences, ms }) => `${sequences}: ${ms.toFixed(0)} ms`).join(', ');
  return [
    title,
    `  ${counted(kind.replicas, 'replica')} on ${counted(kind.machines!, 'machine')}${enough}${cost}; one takes ${rateText(mostPerReplica)}: ${LIMITS[limit]}`,
    `  expected: first token ${formatDuration(prediction.ttft.p50)} (p95 ${formatDuration(prediction.ttft.p95)}), ${prediction.tpot.p50.toFixed(0)} ms a token (p95 ${prediction.tpot.p95.toFixed(0)} ms), ${(100 * prediction.goodShare).toFixed(1)} % within the objectives, busy ${(100 * prediction.busyShare).toFixed(0)} %`,
    `  measured: a step of so many sequences ${steps}; prefill ${kind.prefillTokensPerSecond.toFixed(0)} tok/s`,
  ];
}

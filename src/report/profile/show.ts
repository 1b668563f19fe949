import { candidateLabel } from '../../core/candidate.js';
import type { Profile } from '../../core/profile.js';
import { formatValue } from '../page/format.js';
import { visible } from '../texts/safe-name.js';
import { aligned, estimateText } from './lines.js';

/** A profile on one screen: what it runs, what it should reach, how that was shown and where. */
export function showProfile(profile: Profile): string {
  const { model, machine, provenance } = profile;
  const synthetic = model.weights === 'random' ? ', random weights: its text is noise' : '';
  const lines = [
    `${profile.name}: ${candidateLabel(profile.candidate)}`,
    '',
    ...aligned([
      ['model', `${model.name}, ${model.quant}, ${formatValue('bytes', model.sizeBytes)}${synthetic}`],
      ['file', model.path],
      ['objective', objectiveText(profile)],
      ...goalRows(profile),
      ['verdict', verdictText(profile)],
      ['context', `${formatValue('count', profile.contextTokens)} tokens a sequence`],
    ]),
    '',
    'Expected on the machine below',
    ...aligned(expectedRows(profile)),
    '',
    'Constraints',
    ...aligned(constraintRows(profile)),
    '',
    'Where it was shown',
    ...aligned([
      ['machine', machine.description],
      ['fingerprint', machine.fingerprint],
      ['run', `${provenance.run}, ${provenance.trials} trials, seed ${provenance.seed}, ${profile.createdAt}`],
      ...engineRows(profile),
      ['versions', versionsText(profile)],
    ]),
    '',
  ];
  return visible(lines.join('\n'));
}

function objectiveText({ objective, request }: Profile): string {
  if (objective !== 'workload') return objective;
  return `workload: a prompt of ${request.promptTokens} and an answer of ${request.generateTokens} tokens`;
}

function goalRows({ goal }: Profile): [string, string][] {
  return goal ? [['goal', `${goal.name}. ${goal.evidence}`]] : [];
}

/** Profiles made before engines were recorded have none. */
export function engineRows({ provenance: { engine } }: Profile): [string, string][] {
  return engine === undefined ? [] : [['engine', engine]];
}

const VERDICTS = {
  faster: 'faster than the default settings',
  'keep-default': 'no difference to the default settings was shown',
  unconfirmed: 'not confirmed: not compared with the default settings in trials of its own',
} as const;

export function verdictText({ verdict, speedup }: Profile): string {
  if (!speedup) return VERDICTS[verdict];
  return `${VERDICTS[verdict]}: ${estimateText(speedup.ratio, 'change')}`;
}

export function expectedRows({ expected, neighbour }: Profile): [string, string][] {
  const known = (value: string | null): string => value ?? 'not available';
  const { peakRssBytes, loadMs, cpuSecondsPerToken, energyJoulesPerToken } = expected;
  return [
    ['decode', estimateText(expected.decodeTokensPerSecond, 'rate')],
    ...neighbourRows(neighbour),
    ['prefill', estimateText(expected.prefillTokensPerSecond, 'rate')],
    ['time to first token', estimateText(expected.ttftMs, 'ms')],
    ['peak memory', known(peakRssBytes === null ? null : formatValue('bytes', peakRssBytes))],
    ['load', known(loadMs === null ? null : `${formatValue('ms', loadMs)} (median)`)],
    [
      'CPU time a token',
      known(cpuSecondsPerToken === null ? null : `${formatValue('seconds', cpuSecondsPerToken)} (median)`),
    ],
    ['energy', known(energyJoulesPerToken === null ? null : `${formatValue('joules', energyJoulesPerToken)} (median)`)],
  ];
}

function neighbourRows(neighbour: Profile['neighbour']): [string, string][] {
  if (!neighbour) return [];
  const { decodeTokensPerSecond, overAlone } = neighbour;
  const share = overAlone === null ? '' : `, ${formatValue('share', overAlone)} of its rate alone`;
  return [['beside one busy process', `${estimateText(decodeTokensPerSecond, 'rate')}${share}`]];
}

export function constraintRows({ constraints }: Profile): [string, string][] {
  const { maxTtftMs, maxRssBytes, minQuality } = constraints;
  return [
    ['time to first token', maxTtftMs === null ? 'no limit' : `at most ${formatValue('ms', maxTtftMs)}`],
    ['memory', maxRssBytes === null ? 'no limit' : `at most ${formatValue('bytes', maxRssBytes)}`],
    ['quality', minQuality === null ? 'no limit' : `at least ${formatValue('share', minQuality)} same next tokens`],
  ];
}

const versionsText = ({ provenance }: Profile): string =>
  Object.entries(provenance.versions)
    .map(([name, version]) => `${name} ${version}`)
    .join(', ');

import { relative } from 'node:path';
import { answerMs, speedOf } from '../../core/answer-speed.js';
import { type Candidate, candidateId, candidateLabel } from '../../core/candidate.js';
import type { Interval } from '../../core/interval.js';
import type { Profile } from '../../core/profile.js';
import type { RunResult, Throughput } from '../../core/run-result.js';
import { formatBytes, formatChange, formatDuration } from '../../core/units.js';

export const rateText = (interval: Interval): string =>
  `${interval.estimate.toFixed(1)} tok/s${interval.low === null || interval.high === null ? '' : ` (${interval.low.toFixed(1)} to ${interval.high.toFixed(1)})`}`;

const ratioText = (interval: Interval): string =>
  `${formatChange(interval.estimate)}${interval.low === null || interval.high === null ? '' : ` (${interval.level * 100} % interval ${formatChange(interval.low)} to ${formatChange(interval.high)})`}`;

export const throughputLine = ({ streams, tokensPerSecond, itlP50Ms, itlP95Ms }: Throughput): string =>
  `Together: ${rateText(tokensPerSecond)} over ${streams} stream${streams === 1 ? '' : 's'}${itlP50Ms === null ? '' : `, a token of each every ${itlP50Ms.toFixed(0)} ms`}${itlP95Ms === null ? '' : ` (95th percentile ${itlP95Ms.toFixed(0)} ms)`}`;

/** The configuration that the confirmation pairs compared with the defaults. */
const rivalLabel = ({ configurations, choice }: RunResult): string =>
  configurations.find((c) => c.candidateId === choice?.comparedId)?.label ?? 'unknown';

function speedupLine(profile: Profile, run: RunResult): string {
  const { choice } = run;
  if (profile.speedup)
    return `Speed-up over the default (${candidateLabel(profile.baseline)}): ${ratioText(profile.speedup.ratio)}, ${profile.speedup.pairs} fresh pairs`;
  if (!choice?.speedup) return choice?.reason ?? 'Nothing was compared with the defaults.';
  const { ratio, pairs } = choice.speedup;
  const verdict =
    ratio.high !== null && ratio.high < 1 ? 'slower than the defaults' : 'no clear gain over the defaults';
  return `Best rival (${rivalLabel(run)}): ${ratioText(ratio)}, ${pairs} fresh pairs: ${verdict}`;
}

/** What a person waits for: the whole answer of the declared request. */
function requestLine(run: RunResult, candidate: Candidate): string[] {
  const one = run.configurations.find((c) => c.candidateId === candidateId(candidate));
  const [speed, time] = one ? [speedOf(one, run.plan), answerMs(one, run.plan)] : [null, null];
  if (!speed || !time) return [];
  const { promptTokens, generateTokens } = run.plan.request;
  return [
    `Request:  ${rateText(speed)} generated; ${promptTokens} + ${generateTokens} tokens take ${formatDuration(time.estimate)}`,
  ];
}

const WORDS: Record<Profile['verdict'], string> = {
  faster: '',
  'keep-default': '  (the defaults: keep them)',
  unconfirmed: '  (not confirmed)',
};

/** Where nothing can be recommended: the rates that were measured. */
function ratesLines({ configurations, plan }: RunResult): string[] {
  if (plan.shortfall?.worth !== 'rates') return [];
  const measured = configurations.filter(({ decodeTokensPerSecond }) => decodeTokensPerSecond);
  return ['Measured:', ...measured.map((c) => `  ${c.label}: decode ${rateText(c.decodeTokensPerSecond!)}`)];
}

/** What it, its rival and one thread fewer reach while another process computes. */
function neighbourLines({ neighbour }: RunResult): string[] {
  if (!neighbour) return [];
  const arms = neighbour.arms.map(({ candidate, decodeTokensPerSecond, overAlone }) => {
    const share = overAlone === null ? '' : ` (${(100 * overAlone).toFixed(0)} % of alone)`;
    return `  ${candidateLabel(candidate)}: ${decodeTokensPerSecond.estimate.toFixed(1)} tok/s${share}`;
  });
  return ['Decode beside one busy process:', ...arms];
}

/** How sure it is that nothing much faster was missed, and how many others would do. */
function nearBestLine({ choice, plan }: RunResult): string[] {
  const p = choice?.probabilityNearBest;
  if (p == null) return [];
  const equals = choice!.equals.length;
  const others = equals === 0 ? '' : `; ${equals} other${equals > 1 ? 's' : ''} measured as good`;
  const percent = Math.min(99, Math.round(100 * p));
  return [
    `Best:     within 2 % of the best of ${plan.candidates.length} configurations with probability ${percent} %${others}`,
  ];
}

/** Where the time went. */
function timeLine({ time }: RunResult): string[] {
  if (!time) return [];
  const whole = time.tokensMs + time.loadMs + time.repeatedMs + time.otherMs;
  if (whole === 0) return [];
  const percent = (ms: number): string => `${Math.round((100 * ms) / whole)} %`;
  return [
    `Time:     ${percent(time.tokensMs)} tokens, ${percent(time.loadMs)} loading, ${percent(time.repeatedMs)} repeats, ${percent(time.otherMs)} everything else`,
  ];
}

/** What a finished sweep says on the terminal: the answer, its proof, and what to run next. */
export function summaryText(run: RunResult, profile: Profile, folder: string): string {
  const place = relative('.', folder) || '.';
  const { expected } = profile;
  const spent = Date.parse(run.finishedAt) - Date.parse(run.startedAt);
  return [
    '',
    `Run:      ${candidateLabel(profile.candidate)}${WORDS[profile.verdict]}`,
    ...requestLine(run, profile.candidate),
    `Decode:   ${rateText(expected.decodeTokensPerSecond)}   Prefill: ${rateText(expected.prefillTokensPerSecond)}   Peak memory: ${expected.peakRssBytes === null ? 'unknown' : formatBytes(expected.peakRssBytes)}`,
    ...(expected.throughput ? [throughputLine(expected.throughput)] : []),
    speedupLine(profile, run),
    ...nearBestLine(run),
    ...neighbourLines(run),
    ...ratesLines(run),
    `${run.outcomes.length} trials in ${formatDuration(spent)} on ${profile.machine.description}`,
    ...timeLine(run),
    ...run.warnings.filter((w) => w.severity !== 'info').map((w) => `Note: ${w.message}`),
    '',
    `Report:   ${place}/report.html`,
    `Profile:  ${place}/best.json`,
    `Serve it: r1-tune serve --profile ${place}/best.json`,
  ].join('\n');
}

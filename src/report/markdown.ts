import { answerMs, speedOf } from '../core/answer-speed.js';
import type { Interval } from '../core/interval.js';
import type { Configuration } from '../core/run-result.js';
import { shellWord } from '../core/shell-word.js';
import { type FormatName, formatNumber, formatValue } from './page/format.js';
import { headlineInterval, headlineText, objectiveText, proofText, speedKey } from './texts/answer-text.js';
import { claimStatement, verdictName } from './texts/claim-texts.js';
import { comparisonName, comparisonNote } from './texts/comparison-text.js';
import { t } from './texts/index.js';
import { estimateText, levelText } from './texts/interval-text.js';
import { neighbourText } from './texts/neighbour-text.js';
import { visible } from './texts/safe-name.js';
import type { Language, Text } from './texts/text.js';
import { labelText } from './view/label.js';
import type { ReportView } from './view/view.js';

/** Rows of the table of configurations: enough to see the alternatives, short enough for a pull request. */
const MOST_ROWS = 12;

/** The answer first, then tables: made to be pasted into a pull request. */
export function markdownReport(view: ReportView): string {
  const language = view.options.language ?? 'en';
  const say = (text: Text): string => escapeMarkdown(text[language]);
  const interval = headlineInterval(view);
  const beside = neighbourText(view);
  const blocks = [
    `## ${say(headlineText(view))}${interval ? ` (${say(interval)})` : ''}`,
    say(proofText(view)),
    ...(beside ? [say(beside)] : []),
    ...(view.run.status === 'cut' ? [`**${say(t('cutRun'))}**`] : []),
    ...(view.isSynthetic ? [say(t('synthetic'))] : []),
    ...(view.answer.serveCommand ? [codeBlock(view.answer.serveCommand)] : []),
    factTable(view, language),
    section(t('comparisons'), comparisonTable(view, language)),
    section(t('goals'), goalTable(view, language)),
    section(t('claims'), claimTable(view, language)),
    section(t('configurations'), configurationTable(view, language)),
    section(t('quality'), qualityTable(view, language)),
    section(t('cost'), costTable(view, language)),
    section(t('warnings'), warningList(view)),
    section(t('excluded'), excludedTable(view, language)),
    section(t('remake'), codeBlock(`r1-tune report ${shellWord(view.runFolder)} --format html,md,csv,json,png`)),
  ];
  return `${blocks.filter((block) => block !== '').join('\n\n')}\n`;

  function section(heading: Text, body: string): string {
    return body && `### ${say(heading)}\n\n${body}`;
  }
}

/** Text from outside must stay text: no markup, no cell border, no mention, no line break. */
export function escapeMarkdown(text: string): string {
  return visible(text.replace(/[\r\n]+/g, ' '))
    .replace(/[\\`*_[\]<>|~]/g, '\\$&')
    .replace(/&/g, '&amp;')
    .replace(/@(?=\w)/g, '@\u200B');
}

/** A fence longer than any run of backticks inside. */
function codeBlock(code: string): string {
  const longest = Math.max(2, ...[...code.matchAll(/`+/g)].map(([run]) => run.length));
  const fence = '`'.repeat(longest + 1);
  return `${fence}sh\n${visible(code)}\n${fence}`;
}

type Alignment = 'left' | 'right';

export function markdownTable(columns: readonly (readonly [string, Alignment])[], rows: readonly string[][]): string {
  if (rows.length === 0) return '';
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  const rule = columns.map(([, alignment]) => (alignment === 'right' ? '--:' : ':--'));
  return [line(columns.map(([title]) => title)), line(rule), ...rows.map(line)].join('\n');
}

const withInterval = (interval: Interval | null, format: FormatName, prefix = ''): string =>
  interval ? estimateText(interval, format, prefix) : '–';

function factTable(view: ReportView, language: Language): string {
  const { run, answer } = view;
  const level = answer.chosen?.objective?.level ?? 0.95;
  const failed = run.outcomes.filter((outcome) => outcome.status !== 'measured').length;
  const facts: [Text, string][] = [
    [t('machine'), view.machine],
    [t('model'), view.models],
    [t('run'), t('runSummary', { trials: run.outcomes.length, failed, voided: run.noise.voidedTrials })[language]],
    [t('objective'), `${objectiveText(run.plan)[language]} (${levelText(level)})`],
    ...speedFacts(view),
  ];
  const title = (text: Text): string => escapeMarkdown(text[language]);
  return markdownTable(
    [
      [title(t('colWhat')), 'left'],
      [title(t('colValue')), 'left'],
    ],
    facts.map(([name, value]) => [title(name), escapeMarkdown(value)]),
  );
}

/** How fast the recommended configuration is, in the numbers that people wait for. */
function speedFacts({ run, answer: { chosen } }: ReportView): [Text, string][] {
  const speed = chosen && speedOf(chosen, run.plan);
  const time = chosen && answerMs(chosen, run.plan);
  return [
    ...(speed ? [[t(speedKey(run.plan)), estimateText(speed, 'rate')] as [Text, string]] : []),
    ...(time ? [[t('wholeAnswer'), estimateText(time, 'ms')] as [Text, string]] : []),
  ];
}

function comparisonTable(view: ReportView, language: Language): string {
  const say = (text: Text): string => escapeMarkdown(text[language]);
  const rows = view.comparisons.map((comparison) => [
    say(comparisonName(comparison, view)),
    comparison.ratio ? withInterval(comparison.ratio, 'change') : say(comparisonNote(comparison)),
    withInterval(comparison.configuration && speedOf(comparison.configuration, view.run.plan), 'rate'),
  ]);
  return markdownTable(
    [
      [say(t('colSetting')), 'left'],
      [say(t('colAgainstDefault')), 'right'],
      [say(t(speedKey(view.run.plan))), 'right'],
    ],
    rows,
  );
}

function goalTable({ run }: ReportView, language: Language): string {
  const label = (id: string): string => run.configurations.find(({ candidateId }) => candidateId === id)?.label ?? id;
  return markdownTable(
    (['colWhat', 'colConfiguration', 'colNote'] as const).map((key): [string, Alignment] => [t(key)[language], 'left']),
    (run.goals ?? []).map(({ goal, candidateId, evidence }) => [
      `best-${goal}.json`,
      escapeMarkdown(label(candidateId)),
      escapeMarkdown(evidence),
    ]),
  );
}

function claimTable({ claims }: ReportView, language: Language): string {
  const say = (text: Text): string => escapeMarkdown(text[language]);
  return markdownTable(
    (['colClaim', 'colVerdict', 'colFinding'] as const).map((key): [string, Alignment] => [say(t(key)), 'left']),
    (claims?.results ?? []).map((claim) => [
      `${claim.number}. ${say(claimStatement(claim))}`,
      say(verdictName(claim.verdict)),
      escapeMarkdown(claim.finding),
    ]),
  );
}

function configurationTable(view: ReportView, language: Language): string {
  const say = (text: Text): string => escapeMarkdown(text[language]);
  const mark = (row: Configuration): string => (row.candidateId === view.answer.chosen?.candidateId ? '**→** ' : '');
  const rows = view.run.configurations
    .slice(0, MOST_ROWS)
    .map((row) => [
      `${mark(row)}${say(labelText(row.candidate))}`,
      withInterval(speedOf(row, view.run.plan), 'rate'),
      withInterval(row.decodeTokensPerSecond, 'rate'),
      withInterval(row.ttftMs, 'ms'),
      formatValue('bytes', row.peakRssBytes),
      String(row.trials),
    ]);
  const speed = speedKey(view.run.plan);
  const keys = ['colConfiguration', speed, 'decode', 'ttft', 'colMemory', 'colTrials'] as const;
  const columns = keys.map((key, index): [string, Alignment] => [say(t(key)), index === 0 ? 'left' : 'right']);
  const total = view.run.configurations.length;
  const note = total > rows.length ? `\n\n${say(t('shown', { shown: rows.length, total }))}` : '';
  return `${markdownTable(columns, rows)}${note}`;
}

function qualityTable({ quantization }: ReportView, language: Language): string {
  if (!quantization.isQualityMeasured) return '';
  const say = (text: Text): string => escapeMarkdown(text[language]);
  const none = say(t('notAvailable'));
  const keys = ['colQuant', 'colPerplexity', 'colKl', 'colAgreement', 'colAccuracy'] as const;
  const rows = quantization.rows.map(({ backend, quant, quality }) => [
    escapeMarkdown(`${backend} ${quant}`),
    quality?.perplexity == null ? none : formatNumber(quality.perplexity, 4),
    quality?.klDivergence == null ? none : formatNumber(quality.klDivergence),
    formatValue('share', quality?.top1Agreement ?? null),
    formatValue('share', quality?.answerAccuracy ?? null),
  ]);
  const columns = keys.map((key, index): [string, Alignment] => [say(t(key)), index === 0 ? 'left' : 'right']);
  return `${say(t('qualityText', { text: quantization.text ?? t('builtInText') }))}\n\n${markdownTable(columns, rows)}`;
}

function costTable(view: ReportView, language: Language): string {
  const { pricePerHour, currency = '' } = view.options.cost ?? {};
  const hasEnergy = view.costs.some(({ cost }) => cost.kilowattHoursPerMillion);
  if (pricePerHour === undefined && !hasEnergy) return '';
  const say = (text: Text): string => escapeMarkdown(text[language]);
  const none = say(t('notAvailable'));
  const rows = view.costs
    .slice(0, MOST_ROWS)
    .map(({ configuration, cost }) => [
      say(labelText(configuration.candidate)),
      withInterval(cost.generatedTokensPerSecond, 'rate'),
      cost.pricePerMillion ? withInterval(cost.pricePerMillion, 'money', escapeMarkdown(currency)) : none,
      cost.kilowattHoursPerMillion ? withInterval(cost.kilowattHoursPerMillion, 'kilowattHours') : none,
    ]);
  const keys = ['colConfiguration', 'colRate', 'colPrice', 'colEnergy'] as const;
  return markdownTable(
    keys.map((key, index): [string, Alignment] => [say(t(key)), index === 0 ? 'left' : 'right']),
    rows,
  );
}

function warningList(view: ReportView): string {
  return view.run.warnings
    .map(
      ({ severity, message, mend }) =>
        `- **${severity}**: ${escapeMarkdown(message)}${mend ? ` ${escapeMarkdown(mend)}` : ''}`,
    )
    .join('\n');
}

function excludedTable(view: ReportView, language: Language): string {
  const say = (text: Text): string => escapeMarkdown(text[language]);
  const keys = ['colAxis', 'colValue', 'colReason', 'colSkipped'] as const;
  return markdownTable(
    keys.map((key): [string, Alignment] => [say(t(key)), key === 'colSkipped' ? 'right' : 'left']),
    view.run.plan.excluded.map(({ axis, value, reason, configurations }) => [
      ...[axis, value, reason].map(escapeMarkdown),
      String(configurations),
    ]),
  );
}

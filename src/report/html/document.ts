import { drawnCharts } from '../charts/index.js';
import { t } from '../texts/index.js';
import type { ReportView } from '../view/view.js';
import { answerSection } from './answer-section.js';
import { claimsSection } from './claims-section.js';
import { costSection } from './cost-section.js';
import * as findings from './finding-sections.js';
import { html, type Markup, trusted } from './html.js';
import { limitsSection } from './limits-section.js';
import { framePage, type PageContent, type Section } from './page-frame.js';
import { quantizationSection } from './quantization-section.js';
import * as records from './record-sections.js';
import { configurationTable, pageTexts, trialDetails, trialTable } from './table-data.js';

/** The whole report as one HTML file that loads nothing. */
export const htmlReport = (view: ReportView): string =>
  framePage({
    language: view.options.language ?? 'en',
    title: { en: `${view.run.id} – r1-tune report`, zh: `${view.run.id} – r1-tune 报告` },
    name: view.run.id,
    facts: factsOf(view),
    sections: sections(view),
    charts: drawnCharts(view),
    texts: pageTexts(view),
    tables: { configurations: configurationTable(view), trials: trialTable(view) },
    blocks: html`<script type="text/plain" id="data-details">${trusted(trialDetails(view))}</script>
`,
  });

function factsOf({ run, machine, models }: ReportView): PageContent['facts'] {
  const failed = run.outcomes.filter((outcome) => outcome.status !== 'measured').length;
  const voided = run.outcomes.filter((outcome) => outcome.voided).length;
  const time: Markup = html`<time datetime="${run.startedAt}">${run.startedAt.slice(0, 16).replace('T', ' ')} UTC</time>`;
  return [
    ['machine', html`${machine}`],
    ['model', html`${models}`],
    ['run', html`${time}, ${t('runSummary', { trials: run.outcomes.length, failed, voided })}`],
  ];
}

const sections = (view: ReportView): Section[] => [
  { key: 'answer', body: answerSection(view) },
  { key: 'warnings', body: findings.warningsSection(view) },
  { key: 'limits', body: limitsSection(view) },
  { key: 'comparisons', body: findings.comparisonsSection(view) },
  { key: 'claims', body: claimsSection(view) },
  { key: 'threads', body: findings.threadsSection(view) },
  { key: 'bandwidth', body: findings.bandwidthSection(view) },
  { key: 'quantization', body: quantizationSection(view) },
  { key: 'cost', body: costSection(view) },
  { key: 'effects', body: findings.effectsSection(view) },
  { key: 'context', body: findings.contextSection(view) },
  { key: 'startUp', body: findings.startUpSection(view) },
  { key: 'noise', body: findings.noiseSection(view) },
  { key: 'configurations', body: records.configurationsSection() },
  { key: 'trials', body: records.trialsSection() },
  { key: 'excluded', body: records.excludedSection(view) },
  { key: 'remake', body: records.remakeSection(view) },
];

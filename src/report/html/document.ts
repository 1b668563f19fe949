import { drawnCharts } from '../charts/index.js';
import { type TextKey, t } from '../texts/index.js';
import { same, type Text } from '../texts/text.js';
import type { ReportView } from '../view/view.js';
import { answerSection } from './answer-section.js';
import { chartLibrary, cspHash, pageScript, styleSheet } from './assets.js';
import { claimsSection } from './claims-section.js';
import { costSection } from './cost-section.js';
import * as findings from './finding-sections.js';
import { dataJson, html, type Markup, trusted } from './html.js';
import { limitsSection } from './limits-section.js';
import { quantizationSection } from './quantization-section.js';
import * as records from './record-sections.js';
import { configurationTable, pageTexts, trialDetails, trialTable } from './table-data.js';

/** Before anything is shown: what is only for pages without scripts goes. */
const WITH_SCRIPTS = "document.documentElement.classList.remove('no-script');";

/** The whole report as one HTML file that loads nothing. */
export function htmlReport(view: ReportView): string {
  const library = chartLibrary();
  const script = pageScript();
  const style = styleSheet();
  const language = view.options.language ?? 'en';
  const policy = [
    "default-src 'none'",
    `style-src ${cspHash(style)}`,
    `script-src ${cspHash(WITH_SCRIPTS)} ${cspHash(library)} ${cspHash(script)}`,
    'img-src data:',
    "base-uri 'none'",
    "form-action 'none'",
  ].join('; ');
  return `<!doctype html>\n${
    html`<html lang="${language === 'zh' ? 'zh-CN' : 'en'}" class="no-script">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="referrer" content="no-referrer">
<link rel="icon" href="data:,">
<title>${title(view)[language]}</title>
<style>${trusted(style)}</style>
<script>${trusted(WITH_SCRIPTS)}</script>
</head>
<body>
<a class="skip" href="#answer">${t('skip')}</a>
${header(view, language)}
<div class="frame">
${contents(view)}
<main>
<p class="notice warning script-note">${t('noScript')}</p>
${sections(view).map(({ body }) => body)}
</main>
</div>
${dataBlocks(view)}
<script>${trusted(library)}</script>
<script>${trusted(script)}</script>
</body>
</html>
`.source
  }`;
}

const title = ({ run }: ReportView): Text => ({ en: `${run.id} – r1-tune report`, zh: `${run.id} – r1-tune 报告` });

function header(view: ReportView, language: string): Markup {
  const { run } = view;
  const failed = run.outcomes.filter((outcome) => outcome.status !== 'measured').length;
  const voided = run.outcomes.filter((outcome) => outcome.voided).length;
  return html`<header>
<div class="brand"><b>r1-tune</b> <span class="run-id">${run.id}</span></div>
<div class="switches">
${choice('language', t('language'), [
  ['en', same('English'), language === 'en'],
  ['zh', same('中文'), language === 'zh'],
])}
${choice('theme', t('theme'), [
  ['auto', t('themeAuto'), true],
  ['light', t('themeLight'), false],
  ['dark', t('themeDark'), false],
])}
</div>
<dl class="facts">
<div><dt>${t('machine')}</dt><dd>${view.machine}</dd></div>
<div><dt>${t('model')}</dt><dd>${view.models}</dd></div>
<div><dt>${t('run')}</dt><dd><time datetime="${run.startedAt}">${run.startedAt.slice(0, 16).replace('T', ' ')} UTC</time>, ${t('runSummary', { trials: run.outcomes.length, failed, voided })}</dd></div>
</dl>
</header>`;
}

/** Radio buttons, because they work without scripts: the style sheet looks at which one is checked. */
function choice(name: string, label: Text, options: readonly [string, Text, boolean][]): Markup {
  return html`<fieldset><legend>${label}</legend>${options.map(
    ([value, text, isChecked]) =>
      html`<input type="radio" name="${name}" id="${name}-${value}" value="${value}"${isChecked && trusted(' checked')}><label for="${name}-${value}">${text}</label>`,
  )}</fieldset>`;
}

type Section = { key: TextKey; body: Markup | null };

function sections(view: ReportView): Section[] {
  const all: Section[] = [
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
  return all.filter(({ body }) => body !== null);
}

function contents(view: ReportView): Markup {
  return html`<nav><details open><summary>${t('contents')}</summary><ol>${sections(view).map(
    ({ key }) => html`<li><a href="#${key}">${t(key)}</a></li>`,
  )}</ol></details></nav>
`;
}

function dataBlocks(view: ReportView): Markup {
  const block = (
    id: string,
    data: Markup,
  ): Markup => html`<script type="application/json" id="data-${id}">${data}</script>
`;
  return html`${block('charts', dataJson(drawnCharts(view)))}${block('texts', dataJson(pageTexts(view)))}${block(
    'configurations',
    dataJson(configurationTable(view)),
  )}${block('trials', dataJson(trialTable(view)))}<script type="text/plain" id="data-details">${trusted(trialDetails(view))}</script>
`;
}

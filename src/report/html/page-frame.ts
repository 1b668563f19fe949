import type { ChartSpec } from '../charts/spec.js';
import { type TextKey, t } from '../texts/index.js';
import { type Language, same, type Text } from '../texts/text.js';
import { chartLibrary, cspHash, pageScript, styleSheet } from './assets.js';
import { dataJson, html, type Markup, trusted } from './html.js';
import type { TableData } from './table-data.js';

/** Before anything is shown: what is only for pages without scripts goes. */
const WITH_SCRIPTS = "document.documentElement.classList.remove('no-script');";

export type Section = { key: TextKey; body: Markup | null };

/** What a page of ours shows; the frame brings switches, contents, charts, tables and the rules that let it load nothing. */
export type PageContent = {
  language: Language;
  title: Text;
  /** Beside the name of the program, for example the run. */
  name: string;
  /** What it is about: term and description. */
  facts: readonly [TextKey, Markup][];
  sections: readonly Section[];
  charts: readonly ChartSpec[];
  /** Tables that can be sorted and filtered, by the name in `data-table`. */
  tables: Readonly<Record<string, TableData>>;
  /** Texts that the page's own scripts show. */
  texts: Readonly<Record<string, Text>>;
  /** Further data blocks. */
  blocks?: Markup;
};

/** A page as one HTML file that loads nothing. */
export function framePage(content: PageContent): string {
  const { language } = content;
  const library = chartLibrary();
  const script = pageScript();
  const style = styleSheet();
  const policy = [
    "default-src 'none'",
    `style-src ${cspHash(style)}`,
    `script-src ${cspHash(WITH_SCRIPTS)} ${cspHash(library)} ${cspHash(script)}`,
    'img-src data:',
    "base-uri 'none'",
    "form-action 'none'",
  ].join('; ');
  const shown = content.sections.filter(({ body }) => body !== null);
  return `<!doctype html>\n${
    html`<html lang="${language === 'zh' ? 'zh-CN' : 'en'}" class="no-script">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="referrer" content="no-referrer">
<link rel="icon" href="data:,">
<title>${content.title[language]}</title>
<style>${trusted(style)}</style>
<script>${trusted(WITH_SCRIPTS)}</script>
</head>
<body>
<a class="skip" href="#${shown[0]?.key ?? ''}">${t('skip')}</a>
${header(content)}
<div class="frame">
${contents(shown)}
<main>
<p class="notice warning script-note">${t('noScript')}</p>
${shown.map(({ body }) => body)}
</main>
</div>
${dataBlocks(content)}
<script>${trusted(library)}</script>
<script>${trusted(script)}</script>
</body>
</html>
`.source
  }`;
}

const header = ({ name, language, facts }: PageContent): Markup => html`<header>
<div class="brand"><b>r1-tune</b> <span class="run-id">${name}</span></div>
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
${facts.map(
  ([key, value]) => html`<div><dt>${t(key)}</dt><dd>${value}</dd></div>
`,
)}</dl>
</header>`;

/** Radio buttons, because they work without scripts: the style sheet looks at which one is checked. */
function choice(name: string, label: Text, options: readonly [string, Text, boolean][]): Markup {
  return html`<fieldset><legend>${label}</legend>${options.map(
    ([value, text, isChecked]) =>
      html`<input type="radio" name="${name}" id="${name}-${value}" value="${value}"${isChecked && trusted(' checked')}><label for="${name}-${value}">${text}</label>`,
  )}</fieldset>`;
}

const contents = (
  sections: readonly Section[],
): Markup => html`<nav><details open><summary>${t('contents')}</summary><ol>${sections.map(
  ({ key }) => html`<li><a href="#${key}">${t(key)}</a></li>`,
)}</ol></details></nav>
`;

function dataBlocks({ charts, texts, tables, blocks }: PageContent): Markup {
  const block = (
    id: string,
    data: Markup,
  ): Markup => html`<script type="application/json" id="data-${id}">${data}</script>
`;
  return html`${block('charts', dataJson(charts))}${block('texts', dataJson(texts))}${Object.entries(tables).map(
    ([name, data]) => block(name, dataJson(data)),
  )}${blocks ?? false}`;
}

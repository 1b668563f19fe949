import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { PALETTES, type Palette } from '../page/palette.js';

/** Files of the page in the order they run; each may use what stands before it. */
const SCRIPTS = ['palette', 'format', 'chart-plugins', 'charts', 'page', 'table', 'trials'];

const STYLES = ['base', 'answer', 'figures', 'tables', 'narrow', 'print'];

const pageFile = (name: string): string => readFileSync(new URL(`../page/${name}`, import.meta.url), 'utf8');

/** Chart.js as it is published, without the comment that would make a browser look for its source map. */
export function chartLibrary(): string {
  const path = createRequire(import.meta.url)
    .resolve('chart.js')
    .replace(/chart\.c?js$/, 'chart.umd.js');
  return inlineScript(readFileSync(path, 'utf8').replace(/^\/\/# sourceMappingURL=.*$/m, ''));
}

/** Our modules as one classic script: what they import from each other is already there. */
export function pageScript(): string {
  const source = SCRIPTS.map((name) =>
    pageFile(`${name}.js`)
      .replace(/^import .*;$/gm, '')
      .replace(/^export /gm, ''),
  );
  return inlineScript(`'use strict';\n(() => {\n${source.join('\n')}\nstartPage();\n})();\n`);
}

/** Inside a string or comment these would end or change the state of the script element; `\/` reads the same in JavaScript. */
const inlineScript = (source: string): string => source.replace(/<\/(script)/gi, '<\\/$1').replaceAll('<!--', '<\\!--');

export function styleSheet(): string {
  const dark = variables(PALETTES.dark);
  return [
    `:root{color-scheme:light;${variables(PALETTES.light)}}`,
    `@media screen{:root:has(#theme-dark:checked){color-scheme:dark;${dark}}`,
    `@media (prefers-color-scheme:dark){:root:has(#theme-auto:checked){color-scheme:dark;${dark}}}}`,
    ...STYLES.map((name) => pageFile(`${name}.css`)),
  ].join('\n');
}

function variables({ series, ...named }: Palette): string {
  const names = Object.entries(named).map(([name, color]) => `--${name}:${color};`);
  return [...names, ...series.map((color, index) => `--series-${index}:${color};`)].join('');
}

/** The source expression of a content security policy that allows exactly this inline block. */
export const cspHash = (source: string): string => `'sha256-${createHash('sha256').update(source).digest('base64')}'`;

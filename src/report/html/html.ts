import { table } from '../../core/table.js';
import { visible } from '../texts/safe-name.js';
import { isText, type Text } from '../texts/text.js';

/** Markup that is already safe. Made only by `html` and `trusted`. */
export class Markup {
  readonly source: string;
  constructor(source: string) {
    this.source = source;
  }
}

type Part = Markup | Text | undefined | string | number | null | false | readonly Part[];

/**
 * Template tag: what is put into `${}` is escaped, markup of the same tag is kept, lists are joined, null and false
 * vanish, and a text becomes one element a language, of which the page shows one.
 */
export function html(strings: TemplateStringsArray, ...parts: Part[]): Markup {
  return new Markup(strings.reduce((source, literal, index) => source + render(parts[index - 1] ?? '') + literal));
}

/** Our own files (style sheet, scripts), never anything that came from a run. */
export const trusted = (source: string): Markup => new Markup(source);

function render(part: Part): string {
  if (part === null || part === false) return '';
  if (part instanceof Markup) return part.source;
  if (Array.isArray(part)) return part.map(render).join('');
  if (isText(part)) return renderText(part);
  return escapeHtml(unbroken(String(part)));
}

function renderText(text: Text): string {
  const [en, zh] = [unbroken(text.en), unbroken(text.zh)];
  if (en === zh) return escapeHtml(en);
  return `<span class="l-en" lang="en">${escapeHtml(en)}</span><span class="l-zh" lang="zh-CN">${escapeHtml(zh)}</span>`;
}

/** Text that is copied, such as a command: as it is. */
export const verbatim = (text: string): Markup => new Markup(escapeHtml(text));

/** A number and its unit stay on one line. */
const unbroken = (text: string): string =>
  text.replace(
    /(\d) (?=(?:%|×|tok\/s|ms|s|min|h|[KMGT]?i?B|GB\/s|kWh)(?!\w))|(?<=\b[np]) = /g,
    (_gap, digit?: string) => (digit === undefined ? '\u00a0=\u00a0' : `${digit}\u00a0`),
  );

const ENTITIES: Record<string, string> = table({ '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' });

export const escapeHtml = (text: string): string =>
  visible(text).replace(/[&<>"']/g, (character) => ENTITIES[character]!);

/** JSON that can stand inside a script element. */
export const dataText = (value: unknown): string => visible(JSON.stringify(value)).replaceAll('<', '\\u003c');

/** JSON for a data block: no `<`, so that nothing in it can end the script element. */
export const dataJson = (value: unknown): Markup => new Markup(dataText(value));

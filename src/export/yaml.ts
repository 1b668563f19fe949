import { comment, yamlText } from './quoting.js';

/** A YAML document built from plain values, with comments where they belong. */
export type Node = string | number | boolean | Node[] | { [key: string]: Node | Explained };
type Explained = { why: string; value: Node };

/** A value with why it is there: the sentence becomes a comment above the key. */
export const because = (why: string, value: Node): Explained => ({ why, value });

const isExplained = (value: Node | Explained): value is Explained =>
  typeof value === 'object' && !Array.isArray(value) && 'why' in value && 'value' in value;

/** Block style, two spaces, every string in double quotes: no text can be read as another type or as syntax. */
export function yamlDocument(value: { [key: string]: Node | Explained }): string {
  return mapLines(value, '').join('\n');
}

function mapLines(map: { [key: string]: Node | Explained }, indent: string): string[] {
  return Object.entries(map).flatMap(([key, entry]) => {
    const value = isExplained(entry) ? entry.value : entry;
    const why = isExplained(entry) ? [comment(entry.why, indent)] : [];
    return [...why, ...entryLines(keyText(key), value, indent)];
  });
}

const keyText = (key: string): string => (/^[A-Za-z][\w./-]*$/.test(key) ? key : yamlText(key));

function entryLines(key: string, value: Node, indent: string): string[] {
  if (typeof value === 'string' && value.includes('\n') && isBlockSafe(value))
    return [
      `${indent}${key}: |`,
      ...value
        .trimEnd()
        .split('\n')
        .map((line) => `${indent}  ${line}`.trimEnd()),
    ];
  if (typeof value !== 'object') return [`${indent}${key}: ${scalar(value)}`];
  if (Array.isArray(value)) {
    if (value.length === 0) return [`${indent}${key}: []`];
    return [`${indent}${key}:`, ...value.flatMap((item) => itemLines(item, `${indent}  `))];
  }
  if (Object.keys(value).length === 0) return [`${indent}${key}: {}`];
  return [`${indent}${key}:`, ...mapLines(value, `${indent}  `)];
}

/** A list item: the first line of a map stands behind the dash. */
function itemLines(item: Node, indent: string): string[] {
  if (typeof item !== 'object' || Array.isArray(item)) return [`${indent}- ${scalar(item as string)}`];
  const lines = mapLines(item, `${indent}  `);
  const first = lines.findIndex((line) => !line.trimStart().startsWith('#'));
  return lines.map((line, index) => (index === first ? `${indent}- ${line.trimStart()}` : line));
}

const scalar = (value: string | number | boolean): string =>
  typeof value === 'string' ? yamlText(value) : String(value);

/** A literal block takes any printable text that does not start with a space. */
const isBlockSafe = (text: string): boolean => !/^\s|[^\n\x20-\x7e\u00a0-\ud7ff\ue000-\ufffd]/.test(text);

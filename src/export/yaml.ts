import { Document, Pair, Scalar, YAMLMap, YAMLSeq } from 'yaml';
import { comment, escapeUnprintable, isUnprintable } from './quoting.js';

/** A YAML document built from plain values, with comments where they belong. */
export type Node = string | number | boolean | Node[] | { [key: string]: Node | Explained };
type Explained = { why: string; value: Node };

/** A value with why it is there: the sentence becomes a comment above the key. */
export const because = (why: string, value: Node): Explained => ({ why, value });

const isExplained = (value: Node | Explained): value is Explained =>
  typeof value === 'object' && !Array.isArray(value) && 'why' in value && 'value' in value;

const LAYOUT = { lineWidth: 0, doubleQuotedMinMultiLineLength: Number.MAX_SAFE_INTEGER };

/**
 * Block style, two spaces, every string in double quotes or a literal block: no text can be read as another type or as syntax.
 * What some parsers take for a line break (U+0085, U+2028, U+2029 in YAML 1.1, which kubectl reads) is escaped.
 */
export function yamlDocument(value: { [key: string]: Node | Explained }): string {
  const text = new Document(mapNode(value, 0)).toString(LAYOUT);
  // Blocks and comments hold none, so each that is left stands in double quotes.
  return escapeUnprintable(text).trimEnd();
}

function mapNode(map: { [key: string]: Node | Explained }, depth: number): YAMLMap {
  const node = new YAMLMap();
  node.items = Object.entries(map).map(([name, entry]) => {
    const key = keyScalar(name);
    if (isExplained(entry)) key.commentBefore = comment(entry.why, '  '.repeat(depth)).replace(/^ *#/gm, '');
    return new Pair(key, valueNode(isExplained(entry) ? entry.value : entry, depth + 1));
  });
  return node;
}

function valueNode(value: Node, depth: number): YAMLMap | YAMLSeq | Scalar {
  if (typeof value === 'string') return textScalar(value);
  if (typeof value !== 'object') return new Scalar(value);
  if (!Array.isArray(value)) return mapNode(value, depth);
  const node = new YAMLSeq();
  node.items = value.map((item) => valueNode(item, depth + 1));
  return node;
}

function textScalar(text: string): Scalar {
  const scalar = new Scalar(text);
  scalar.type = text.includes('\n') && isBlockSafe(text) ? 'BLOCK_LITERAL' : 'QUOTE_DOUBLE';
  return scalar;
}

/** Words that YAML 1.1 reads as booleans or null are quoted as keys too. */
function keyScalar(name: string): Scalar {
  const scalar = new Scalar(name);
  const isWord = /^[A-Za-z][\w./-]*$/.test(name) && !/^(y|n|yes|no|on|off|true|false|null)$/i.test(name);
  scalar.type = isWord ? 'PLAIN' : 'QUOTE_DOUBLE';
  return scalar;
}

/** A literal block takes any printable text that does not start with white space. */
const isBlockSafe = (text: string): boolean => !/^\s/.test(text) && !isUnprintable(text.replaceAll('\n', ''));

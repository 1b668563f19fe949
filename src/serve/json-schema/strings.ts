import { FORMATS, FREE_FORMATS } from './formats.js';
import type { Node } from './grammar.js';
import { string } from './json-grammar.js';
import { stringOf } from './json-text.js';
import { bounds } from './number-limits.js';
import { machineOf } from './regular/determinize.js';
import { PatternError } from './regular/expression.js';
import { type Effort, intersection } from './regular/machine.js';
import { parsePattern } from './regular/parse.js';
import { type Schema, SchemaError } from './schema-error.js';

export const STRING_KEYWORDS = ['minLength', 'maxLength', 'pattern', 'format', 'contentEncoding', 'contentMediaType'];

/** Strings of a schema: free ones, or those of a pattern and a format. `pattern` may be a list after merging. */
export function strings(schema: Schema, path: string, effort: Effort): Node {
  const [min, max] = bounds(schema, 'minLength', 'maxLength', path);
  const patterns = patternsOf(schema, path);
  if (patterns.length === 0) return string(min, max);
  const machines = patterns.map(({ source, at }) => explained(at, () => machineOf(parsePattern(source), effort)));
  const at = patterns.at(-1)!.at;
  return explained(at, () =>
    stringOf(
      machines.reduce((both, machine) => intersection(both, machine, effort)),
      min,
      max,
      effort,
    ),
  );
}

function patternsOf(schema: Schema, path: string): { source: string; at: string }[] {
  const given = schema.pattern === undefined ? [] : [schema.pattern].flat();
  const patterns = given.map((source) => {
    if (typeof source !== 'string') throw new SchemaError(`${path}.pattern`, 'must be a text');
    return { source, at: `${path}.pattern` };
  });
  const formats = schema.format === undefined ? [] : [schema.format].flat();
  for (const format of formats) {
    const source = typeof format === 'string' && Object.hasOwn(FORMATS, format) ? FORMATS[format]! : undefined;
    if (source !== undefined) patterns.push({ source, at: `${path}.format` });
    // A pattern that comes with a format of another name is what its generator means by it.
    else if (!FREE_FORMATS.has(String(format)) && given.length === 0)
      throw new SchemaError(
        `${path}.format`,
        `"${format}" cannot be enforced by this server; it knows ${Object.keys(FORMATS).join(', ')}`,
      );
  }
  return patterns;
}

function explained<T>(path: string, make: () => T): T {
  try {
    return make();
  } catch (error) {
    if (error instanceof PatternError) throw new SchemaError(path, error.message);
    throw error;
  }
}

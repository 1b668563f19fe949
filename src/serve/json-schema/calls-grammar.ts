import type { GenerateParameters } from '../protocol.js';
import { compileSchema } from './compile.js';
import { alt, EMPTY, literal, type Node, optional, repeat, seq } from './grammar.js';

type ToolsForm = Extract<NonNullable<GenerateParameters['form']>, { kind: 'tools' }>;

/** Calls in the model's own format: a name that is known, and arguments that satisfy its schema. */
export function callsGrammar({ format, tools, isParallel, mode, otherwise }: ToolsForm): Node {
  const { before, between, after } = format;
  const one = seq(
    literal(before),
    alt(...tools.map(({ name, schema }) => seq(literal(name), literal(between), compileSchema(schema)))),
    literal(after),
  );
  const further = seq(optional(literal('\n')), one);
  const calls = seq(one, isParallel ? repeat(further, 0, Number.POSITIVE_INFINITY) : EMPTY);
  return mode === 'required' || otherwise === null ? calls : alt(calls, compileSchema(otherwise));
}

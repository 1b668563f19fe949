import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import * as z from 'zod';
import { DOCUMENTS as STORED } from '../src/cli/documents.js';
import { allocatorSchema, bindingSchema, candidateSchema } from '../src/core/candidate.js';
import { intervalSchema } from '../src/core/interval.js';
import { modelFileSchema } from '../src/core/model.js';
import { configurationSchema, speedupSchema } from '../src/core/run-result.js';
import { workloadSchema } from '../src/core/workload.js';

/** docs/results-format.md from the schemas themselves: every field, its type and its sentence. */

const FILE = fileURLToPath(new URL('../docs/results-format.md', import.meta.url));

type JsonSchema = {
  type?: string | string[];
  description?: string;
  const?: unknown;
  enum?: unknown[];
  properties?: Record<string, JsonSchema>;
  required?: string[];
  items?: JsonSchema;
  additionalProperties?: JsonSchema | boolean;
  anyOf?: JsonSchema[];
  oneOf?: JsonSchema[];
};

/** A part that stands in several documents has a section of its own, and its name stands for it elsewhere. */
const PARTS: [name: string, schema: z.ZodType, where: string][] = [
  [
    'interval',
    intervalSchema,
    'An estimate with its confidence interval: wherever a number was measured more than once.',
  ],
  ['candidate', candidateSchema, ''],
  ['binding', bindingSchema, ''],
  ['allocator', allocatorSchema, ''],
  ['workload', workloadSchema, ''],
  ['model file', modelFileSchema, ''],
  ['speed-up', speedupSchema, ''],
  ['configuration', configurationSchema, 'All trials of one candidate together.'],
];

const DOCUMENTS: [name: string, schema: z.ZodType, where: string][] = Object.entries(STORED).map(
  ([name, { schema, where }]) => [name, schema, where],
);

const INTRODUCTION = `# The files of a run, field by field

This page is made from the schemas in \`src/core\` by \`node scripts/make-results-format.mjs\`; a test holds it to them. \`r1-tune schema NAME\` prints the JSON Schema of a document.

A run folder \`results/<stamp>-<label>/\` holds:

| File | What |
| :-- | :-- |
| \`machine.json\` | The machine as probed. |
| \`plan.json\` | Everything decided before the first trial. |
| \`outcomes.jsonl\` | One line a trial, flushed to disk before the next one starts; raw samples in it. |
| \`run.json\` | The result: the document that everything below is made from. |
| \`best.json\` | The recommended deployment with its proof: a profile. |
| \`quality.json\` | Of a sweep: what each quantization costs in quality. |
| \`gate.json\` | Of a gate: the verdict with the pairs it rests on. |
| \`claims.json\`, \`claims.md\` | Of \`claims\`: the verdict of each rule of thumb. |
| \`against.json\` | Of \`bench --against\`: the pairs with another program, and the ratios of the rates. |
| \`report.html\`, \`summary.md\` | The report, for people. |
| \`report.json\`, \`configurations.csv\`, \`trials.csv\`, \`chart-*.png\` | The report for programs, spreadsheets and slides: \`r1-tune report RUN\`. |

Every document but \`quality.json\`, which is a list, has a \`schemaVersion\` and a \`kind\`. Versions go up by one when a field changes its meaning; older files are upgraded when they are read, newer ones are refused. A field that a machine cannot tell is null, never 0 and never a guess. Names carry their unit: \`Ms\` milliseconds, \`Bytes\` bytes, \`PerSecond\` a second, \`Share\` 0 to 1. In the tables, \`a.b\` is a field inside a field, \`a[]\` an entry of a list and \`a{}\` an entry of a map; "or null" marks what may be unknown.
`;

/** The page. */
export function resultsFormat(): string {
  const sections = [...DOCUMENTS, ...PARTS].map(([name, schema, where]) => section(name, toJson(schema), where));
  return `${[INTRODUCTION, ...sections].join('\n')}`;
}

const toJson = (schema: z.ZodType): JsonSchema => z.toJSONSchema(schema) as JsonSchema;

/** What a schema is, without its sentence and version: equal shapes are the same part. */
function shape(schema: JsonSchema): string {
  const { description: _, $schema: __, ...rest } = schema as JsonSchema & { $schema?: string };
  return JSON.stringify(rest);
}

const KNOWN = new Map([...DOCUMENTS, ...PARTS].map(([name, schema]) => [shape(toJson(schema)), name]));

function section(name: string, given: JsonSchema, where: string): string {
  // Of a list the fields of its entries.
  const schema: JsonSchema = given.type === 'array' && given.items ? given.items : given;
  const lines = [`## ${name}`, ''];
  const about = [where, given.description].filter(Boolean).join(' ');
  if (about) lines.push(about, '');
  lines.push('| Field | Type | What it is |', '| :-- | :-- | :-- |');
  return [...lines, ...fieldRows(schema, ''), ''].join('\n');
}

function fieldRows(schema: JsonSchema, prefix: string): string[] {
  return Object.entries(schema.properties ?? {}).flatMap(([key, field]) => {
    const path = `${prefix}${key}`;
    const inner = opened(field);
    const isOptional = !(schema.required ?? []).includes(key);
    const type = `${typeName(field)}${isOptional ? ', may be absent' : ''}`;
    const row = `| \`${path}\` | ${cell(type)} | ${cell(sentence(field))} |`;
    return inner === null ? [row] : [row, ...fieldRows(inner.schema, `${path}${inner.suffix}.`)];
  });
}

const cell = (text: string): string => text.replaceAll('|', '\\|').replaceAll('\n', ' ');

/** The sentence of a field, or that of the part it is. */
function sentence(field: JsonSchema): string {
  const parts = alternatives(field).filter(({ type }) => type !== 'null');
  return field.description ?? parts.find(({ description }) => description)?.description ?? fixed(parts[0]);
}

const fixed = (field: JsonSchema | undefined): string =>
  field?.const === undefined ? '' : `Always \`${JSON.stringify(field.const)}\`.`;

function alternatives(field: JsonSchema): JsonSchema[] {
  const { type } = field;
  return field.anyOf ?? field.oneOf ?? (Array.isArray(type) ? type.map((one) => ({ ...field, type: one })) : [field]);
}

/** A fact of the probe: a value with where it came from. */
const isFact = ({ properties }: JsonSchema): boolean =>
  Boolean(properties?.value && properties.source && properties.confidence);

function typeName(field: JsonSchema): string {
  const names = alternatives(field).map(oneType);
  return (
    [...new Set(names)].filter((name) => name !== 'null').join(' or ') + (names.includes('null') ? ' or null' : '')
  );
}

function oneType(field: JsonSchema): string {
  const part = KNOWN.get(shape(field));
  if (part) return `[${part}](#${part.replaceAll(' ', '-')})`;
  if (field.const !== undefined) return `\`${JSON.stringify(field.const)}\``;
  if (field.enum) return field.enum.map((value) => `\`${value}\``).join(', ');
  if (field.type === 'array') return `list of ${typeName(field.items ?? {})}`;
  if (isFact(field)) return `fact of ${typeName(field.properties!.value!)}`;
  if (field.type === 'object' && typeof field.additionalProperties === 'object' && !field.properties)
    return `map to ${typeName(field.additionalProperties)}`;
  return String(field.type ?? '') || (field.anyOf || field.oneOf ? typeName(field) : 'any');
}

/** The object inside a field whose own fields get rows, with how its entries are written. */
function opened(field: JsonSchema, suffix = ''): { schema: JsonSchema; suffix: string } | null {
  for (const part of alternatives(field)) {
    if (KNOWN.has(shape(part)) || isFact(part)) continue;
    if (part.properties) return { schema: part, suffix };
    if (part.type === 'array' && part.items) return opened(part.items, `${suffix}[]`);
    if (typeof part.additionalProperties === 'object') return opened(part.additionalProperties, `${suffix}{}`);
  }
  return null;
}

/** Writes the page; with --check only says whether it is up to date. */
export function main(argv: readonly string[]): void {
  const text = resultsFormat();
  if (!argv.includes('--check')) writeFileSync(FILE, text);
  else if (readFileSync(FILE, 'utf8') !== text) {
    console.error('docs/results-format.md is old: node scripts/make-results-format.mjs');
    process.exitCode = 1;
  }
}

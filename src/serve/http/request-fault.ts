import type * as z from 'zod';
import { Refusal } from '../refusal.js';

type Issue = z.core.$ZodIssue;

/** A wrong field of a body in the words of the OpenAI API: its path and the code of its kind of fault. */
export function requestFault(first: Issue, body: unknown): Refusal {
  const issue = nearest(first);
  if (issue.code === 'unrecognized_keys') {
    const param = pathText([...issue.path, issue.keys[0]!]);
    return new Refusal('invalid', `Unrecognized request argument supplied: ${param}`, {
      param,
      code: 'unknown_parameter',
    });
  }
  const param = pathText(issue.path);
  const value = issue.path.reduce<unknown>((at, key) => (at as Record<PropertyKey, unknown> | null)?.[key], body);
  const told = value === undefined ? 'is required' : issue.message;
  const message = `${param || 'The body'}: ${told}`;
  if (issue.code === 'custom' && issue.params?.code === 'unsupported')
    return new Refusal('unsupported', message, { param });
  const code = value === undefined ? 'missing_required_parameter' : codeOf(issue);
  return new Refusal('invalid', message, { code, ...(param ? { param } : {}) });
}

/** Of a value that may be of several types: what is wrong with it as the only type that it can be meant as. */
function nearest(issue: Issue): Issue {
  if (issue.code !== 'invalid_union') return issue;
  // A single number beside a range of them, as -1 for no limit, is not what a wrong value was meant as.
  const errors = issue.errors.filter(([inner]) => !isSingleNumber(inner));
  if (errors.length === 1 && errors.length < issue.errors.length)
    return nearest({ ...errors[0]![0]!, path: [...issue.path, ...errors[0]![0]!.path] });
  const meant = issue.errors.filter(([inner]) => inner?.code !== 'invalid_type' || inner.path.length > 0);
  const inner = meant.length === 1 ? meant[0]![0] : undefined;
  return inner ? nearest({ ...inner, path: [...issue.path, ...inner.path] }) : issue;
}

const isSingleNumber = (issue: Issue | undefined): boolean =>
  issue?.code === 'invalid_value' && issue.values.every((value) => typeof value === 'number');

function codeOf(issue: Issue): string {
  if (issue.code === 'invalid_type') return 'invalid_type';
  if (issue.code === 'invalid_union') return issue.errors.length > 0 ? 'invalid_type' : 'invalid_value';
  if (issue.code === 'too_big') return limitCode(issue, 'above_max');
  if (issue.code === 'too_small') return issue.origin === 'array' ? 'empty_array' : limitCode(issue, 'below_min');
  return 'invalid_value';
}

/** All other numbers of a request are whole ones. */
const DECIMALS = ['temperature', 'top_p', 'min_p', 'frequency_penalty', 'presence_penalty', 'logit_bias'];

function limitCode({ origin, path }: Issue & { origin: string }, limit: string): string {
  if (origin !== 'number' && origin !== 'int') return `${origin}_${limit}_length`;
  return `${DECIMALS.includes(String(path[0])) ? 'decimal' : 'integer'}_${limit}_value`;
}

/** `messages[0].content`, as the OpenAI API writes it. */
const pathText = (path: readonly PropertyKey[]): string =>
  path.reduce<string>(
    (text, key) => (typeof key === 'number' ? `${text}[${key}]` : text ? `${text}.${String(key)}` : String(key)),
    '',
  );

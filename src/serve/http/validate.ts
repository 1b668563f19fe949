import type * as z from 'zod';
import { Refusal } from '../refusal.js';

/** Nesting of a body beyond which it is refused unread. */
const MAX_DEPTH = 64;

/** Parses a request body. Throws a refusal that names the first wrong field. */
export function validate<T extends z.ZodType>(schema: T, body: unknown): z.infer<T> {
  if (depthOf(body) > MAX_DEPTH) throw new Refusal('invalid', `The body is nested deeper than ${MAX_DEPTH} levels.`);
  const result = schema.safeParse(body);
  if (result.success) return result.data;
  throw toRefusal(result.error.issues[0]!);
}

function toRefusal(issue: z.core.$ZodIssue): Refusal {
  if (issue.code === 'unrecognized_keys') {
    const param = pathText([...issue.path, issue.keys[0]!]);
    return new Refusal('invalid', `Unrecognized request argument supplied: ${param}`, { param });
  }
  const param = pathText(issue.path);
  const isUnsupported = issue.code === 'custom' && issue.params?.code === 'unsupported';
  const message = `${param || 'The body'}: ${issue.message}`;
  return new Refusal(isUnsupported ? 'unsupported' : 'invalid', message, param ? { param } : {});
}

/** `messages[0].content`, as the OpenAI API writes it. */
const pathText = (path: readonly PropertyKey[]): string =>
  path.reduce<string>(
    (text, key) => (typeof key === 'number' ? `${text}[${key}]` : text ? `${text}.${String(key)}` : String(key)),
    '',
  );

function depthOf(root: unknown): number {
  let level: unknown[] = [root];
  for (let depth = 0; ; depth++) {
    level = level.flatMap((value) => (typeof value === 'object' && value !== null ? Object.values(value) : []));
    if (level.length === 0 || depth > MAX_DEPTH) return depth;
  }
}

import type * as z from 'zod';
import { Refusal } from '../refusal.js';
import { requestFault } from './request-fault.js';

/** Nesting of a body beyond which it is refused unread. */
const MAX_DEPTH = 64;

/** Parses a request body. Throws a refusal that names the first wrong field. */
export function validate<T extends z.ZodType>(schema: T, body: unknown): z.infer<T> {
  if (depthOf(body) > MAX_DEPTH) throw new Refusal('invalid', `The body is nested deeper than ${MAX_DEPTH} levels.`);
  const result = schema.safeParse(body);
  if (result.success) return result.data;
  throw requestFault(result.error.issues[0]!, body);
}

function depthOf(root: unknown): number {
  let level: unknown[] = [root];
  for (let depth = 0; ; depth++) {
    level = level.flatMap((value) => (typeof value === 'object' && value !== null ? Object.values(value) : []));
    if (level.length === 0 || depth > MAX_DEPTH) return depth;
  }
}

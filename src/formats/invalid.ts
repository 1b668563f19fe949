import * as z from 'zod';
import { R1Error } from '../core/errors.js';

/** One sentence for every unreadable model file: which file, what was found, what was expected. */
export const invalidModel = (path: string, found: string, expected: string, cause?: unknown): R1Error =>
  new R1Error('MODEL_INVALID', `${path}: ${found}; expected ${expected}.`, { cause });

export const unsupportedModel = (path: string, found: string, expected: string): R1Error =>
  new R1Error('MODEL_UNSUPPORTED', `${path}: ${found}; expected ${expected}.`);

/** Why a document could not be parsed, in one line. */
export const parseFailure = (error: unknown): string =>
  error instanceof z.ZodError ? z.prettifyError(error).replace(/\s*\n\s*/g, ' ') : (error as Error).message;

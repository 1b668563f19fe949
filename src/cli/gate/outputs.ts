import { appendFileSync } from 'node:fs';
import { join } from 'node:path';
import { R1Error } from '../../core/errors.js';
import type { GateResult } from '../../runs/gate/result.js';
import { writeFileAtomic } from '../../store/atomic-write.js';
import type { CommandContext } from '../context.js';
import { gateJunit } from './junit.js';
import { gateMarkdown } from './markdown.js';
import { writeGatePictures } from './pictures.js';
import { gateAnnotation } from './words.js';

/** GitHub cuts a step summary at 1 MiB and refuses comments of 65,536 characters or more. */
const STEP_SUMMARY_BYTES = 1024 ** 2 - 1024;
const COMMENT_CHARACTERS = 65_000;
/** Finds the earlier comment of the same gate, so that a workflow can replace it. */
export const COMMENT_MARKER = '<!-- r1-tune-gate -->';

function cut(text: string, most: number): string {
  if (Buffer.byteLength(text) <= most) return text;
  const kept = Buffer.from(text)
    .subarray(0, most - 64)
    .toString('utf8')
    .replace(/�+$/, '');
  return `${kept.slice(0, kept.lastIndexOf('\n'))}\n\n… cut; gate.json has everything.\n`;
}

export type OutputFlags = { comment?: string | undefined; junit?: string | undefined };

/** What people and CI systems read of a gate: gate.md, junit.xml and charts in its folder, and the places that the flags and CI name. */
export async function writeGateOutputs(
  result: GateResult,
  folder: string,
  flags: OutputFlags,
  context: CommandContext,
): Promise<void> {
  const markdown = gateMarkdown(result);
  writeFileAtomic(join(folder, 'gate.md'), markdown);
  writeFileAtomic(join(folder, 'junit.xml'), gateJunit(result));
  if (flags.junit) writeFileAtomic(flags.junit, gateJunit(result));
  if (flags.comment) writeFileAtomic(flags.comment, `${COMMENT_MARKER}\n${cut(markdown, COMMENT_CHARACTERS)}`);
  const summary = context.host.env('GITHUB_STEP_SUMMARY');
  if (summary) appendSummary(summary, cut(markdown, STEP_SUMMARY_BYTES));
  const annotation = context.host.env('GITHUB_ACTIONS') ? gateAnnotation(result) : null;
  if (annotation) context.console.command(annotation);
  await writeGatePictures(result, folder, context.console);
}

function appendSummary(path: string, text: string): void {
  try {
    appendFileSync(path, text);
  } catch (cause) {
    throw new R1Error('OUTPUT_UNWRITABLE', `The step summary ${path} cannot be written: ${(cause as Error).message}`, {
      cause,
    });
  }
}

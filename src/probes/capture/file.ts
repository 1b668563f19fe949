import { gunzipSync, gzipSync } from 'node:zlib';
import * as z from 'zod';
import { R1Error } from '../../core/errors.js';
import type { RecordedFiles } from '../host/memory.js';

/** History of the format. 1: first. */
const CAPTURE_VERSION = 1;

/** Gzipped JSON: the files that the probes read, by absolute path. */
const captureSchema = z.object({
  schemaVersion: z.literal(CAPTURE_VERSION),
  kind: z.literal('r1-tune/capture'),
  platform: z.string().describe('Operating system as Node names it.'),
  arch: z.string().describe('Processor architecture as Node names it.'),
  files: z.record(z.string(), z.string()).describe('Text of each file.'),
  bytes: z.record(z.string(), z.base64()).describe('Contents of binary files, base64.'),
  links: z.record(z.string(), z.string()).describe('Targets of symbolic links.'),
  denied: z.array(z.string()).describe('Paths that existed but could not be read.'),
});

export function formatCapture(recorded: Required<RecordedFiles>): Uint8Array {
  const bytes = Object.fromEntries(
    Object.entries(recorded.bytes).map(([path, data]) => [path, Buffer.from(data).toString('base64')]),
  );
  return gzipSync(JSON.stringify({ schemaVersion: CAPTURE_VERSION, kind: 'r1-tune/capture', ...recorded, bytes }));
}

/** Throws `SYSROOT_INVALID`; `name` is the file as the user gave it. */
export function parseCapture(data: Uint8Array, name: string): RecordedFiles {
  const parsed = captureSchema.safeParse(decode(data, name));
  if (!parsed.success) {
    const issue = parsed.error.issues[0]!;
    throw new R1Error(
      'SYSROOT_INVALID',
      `--sysroot ${name}: not a capture of version ${CAPTURE_VERSION} (${issue.path.join('.')}: ${issue.message}).`,
    );
  }
  const { platform, arch, files, links, denied } = parsed.data;
  const bytes = Object.fromEntries(
    Object.entries(parsed.data.bytes).map(([path, text]) => [path, Buffer.from(text, 'base64')]),
  );
  return { platform: platform as NodeJS.Platform, arch, files, bytes, links, denied };
}

function decode(data: Uint8Array, name: string): unknown {
  try {
    return JSON.parse(gunzipSync(data).toString('utf8'));
  } catch (cause) {
    throw new R1Error(
      'SYSROOT_INVALID',
      `--sysroot ${name}: neither a folder nor a file made by \`r1-tune probe --capture\`.`,
      {
        fix: 'Unpack an archive first and give the folder that holds proc/ and sys/.',
        cause,
      },
    );
  }
}

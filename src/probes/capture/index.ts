import { writeFileSync } from 'node:fs';
import { R1Error } from '../../core/errors.js';
import type { Host } from '../../core/ports.js';
import type { RecordedFiles } from '../host/memory.js';
import { rememberingHost } from '../host/remembering.js';
import { runProbes } from '../run-probes.js';
import { anonymizer } from './anonymize.js';
import { formatCapture } from './file.js';

/**
 * The files that the probes read on this machine, and nothing else, ready to be sent: host names, serial numbers,
 * container ids and user names are taken out. Probing the capture gives the same machine.
 */
export function captureMachine(host: Host): Required<RecordedFiles> {
  const { host: remembering, trace } = rememberingHost(host);
  runProbes(remembering);
  const { path: renamed, text: cleaned, bytes: stripped } = anonymizer(trace.read);
  const recorded: Required<RecordedFiles> = {
    platform: host.platform,
    arch: host.arch,
    files: {},
    bytes: {},
    links: {},
    denied: [],
  };
  for (const [path, isThere] of trace.exists)
    if (isThere && !isHome(path) && !hasContents(path, trace.read)) recorded.files[renamed(path)] = '';
  for (const [path, text] of trace.read) {
    if (text !== undefined) recorded.files[renamed(path)] = cleaned(path, text);
    else if (host.unreadable(path) === 'denied') recorded.denied.push(renamed(path));
  }
  for (const [path, bytes] of trace.bytes) {
    if (bytes !== undefined) recorded.bytes[renamed(path)] = stripped(path, bytes);
    else if (host.unreadable(path) === 'denied') recorded.denied.push(renamed(path));
  }
  for (const [path, target] of trace.links) if (target !== undefined && !isHome(path)) recorded.links[path] = target;
  return recorded;
}

/** Throws `OUTPUT_UNWRITABLE`. */
export function writeCapture(file: string, recorded: Required<RecordedFiles>): void {
  try {
    writeFileSync(file, formatCapture(recorded));
  } catch (cause) {
    throw new R1Error('OUTPUT_UNWRITABLE', `--capture ${file}: the file cannot be written.`, { cause });
  }
}

const isHome = (path: string): boolean => /^\/(?:home|root|Users)\//.test(path);

/** A folder follows from the files in it. */
function hasContents(path: string, read: Map<string, string | undefined>): boolean {
  for (const [file, text] of read) if (text !== undefined && file.startsWith(`${path}/`)) return true;
  return false;
}

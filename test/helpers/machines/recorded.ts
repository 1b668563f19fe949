import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import type { Host } from '../../../src/core/ports.js';
import { memoryHost, type RecordedFiles } from '../../../src/probes/host/memory.js';
import { archOfRecording } from '../../../src/probes/host/sysroot-arch.js';
import { sharedFile } from '../shared.js';

type Files = Pick<Required<RecordedFiles>, 'files' | 'bytes' | 'links'>;

/** Recorded machines, read from their archives into memory: unpacked they are 65,000 small files. */
export class RecordedMachines {
  private readonly archives = new Map<string, Files>();

  private constructor(private readonly folder: string) {}

  /** Undefined, said loudly, where the recordings are not there. */
  static open(): RecordedMachines | undefined {
    const folder = sharedFile('sysfs-dumps');
    return folder === undefined ? undefined : new RecordedMachines(folder);
  }

  /** `archive` is a path below sysfs-dumps, `inside` picks one of several trees. */
  host(archive: string, inside = ''): Host {
    const recorded = this.files(archive, inside);
    const reader = memoryHost({ arch: 'unknown', ...recorded });
    return { ...reader, arch: archOfRecording(reader) };
  }

  /** The files of a machine by absolute path. */
  files(archive: string, inside = ''): Files {
    const all = this.archives.get(archive) ?? this.unpack(archive);
    this.archives.set(archive, all);
    const root = machineRoot(Object.keys(all.files), inside);
    const below = <T>(table: Record<string, T>) =>
      Object.fromEntries(
        Object.entries(table).flatMap(([path, value]) =>
          path.startsWith(`${root}/`) ? [[path.slice(root.length), value]] : [],
        ),
      );
    return { files: below(all.files), bytes: below(all.bytes), links: below(all.links) };
  }

  private unpack(archive: string): Files {
    const source = join(this.folder, archive);
    if (archive.endsWith('.ttar')) return { files: readTtar(readFileSync(source, 'utf8')), bytes: {}, links: {} };
    if (archive.endsWith('.gz')) return readTar(gunzipSync(readFileSync(source)));
    return readTar(execFileSync('bzip2', ['-dc', source], { maxBuffer: 2 ** 30 }));
  }
}

/** A machine in a `.tar.xz` of its own, with the `expect` of the `expect.json` beside its files; `{}` without one. */
export function archiveHost(archive: string): { host: Host; expected: Record<string, unknown> } {
  const all = readTar(execFileSync('xz', ['-dc', archive], { maxBuffer: 2 ** 30 }), { keepsFolders: true });
  const root = machineRoot(Object.keys(all.files), '');
  const below = <T>(table: Record<string, T>) =>
    Object.fromEntries(Object.entries(table).map(([path, value]) => [path.slice(root.length), value]));
  const { '/expect.json': text, ...files } = below(all.files);
  const reader = memoryHost({ arch: 'unknown', files, bytes: below(all.bytes), links: below(all.links) });
  const { expect = {} } = JSON.parse(text ?? '{}') as { expect?: Record<string, unknown> };
  return { host: { ...reader, arch: archOfRecording(reader) }, expected: expect };
}

/** The folder that holds sys/ or proc/; it is not always named like the archive. */
function machineRoot(paths: string[], inside: string): string {
  for (const path of paths) {
    const root = /^(.*?)\/(?:sys|proc)\//.exec(path)?.[1];
    if (root?.endsWith(inside)) return root;
  }
  throw new Error(`no machine "${inside}" in the archive`);
}

const BLOCK = 512;
/** Folders of sysfs that no probe looks into. */
const NEVER_READ = /\/(?:cpuidle|power|hotplug|microcode|memory\d+|pci[\da-f]{4}:[\da-f]{2})\//;

/** POSIX and GNU tar: regular files, links, long names; folders, which may be empty, on demand. */
export function readTar(data: Buffer, { keepsFolders = false } = {}): Files {
  const result: Files = { files: {}, bytes: {}, links: {} };
  let longName: string | undefined;
  for (let at = 0; at + BLOCK <= data.length && data[at] !== 0; ) {
    const text = (from: number, length: number) =>
      data
        .subarray(at + from, at + from + length)
        .toString('latin1')
        .replace(/\0.*$/s, '');
    const size = Number.parseInt(text(124, 12).trim() || '0', 8);
    const type = text(156, 1);
    const prefix = text(257, 5) === 'ustar' && text(262, 1) !== ' ' ? text(345, 155) : '';
    const name = longName ?? (prefix === '' ? text(0, 100) : `${prefix}/${text(0, 100)}`);
    const body = data.subarray(at + BLOCK, at + BLOCK + size);
    longName = type === 'L' ? body.toString('latin1').replace(/\0+$/, '') : undefined;
    const path = `/${name.replace(/^\.?\//, '').replace(/\/$/, '')}`;
    if (NEVER_READ.test(path)) {
      // Most files of a large recording.
    } else if (type === '5' && keepsFolders) result.files[`${path}/.keep`] = '';
    else if (type === '2') result.links[path] = text(157, 100);
    else if (type === '0' || type === '') {
      result.files[path] = body.toString('utf8');
      if (path.endsWith('/raw')) result.bytes[path] = body;
    }
    at += BLOCK + Math.ceil(size / BLOCK) * BLOCK;
  }
  return result;
}

/** ttar: `Path: P`, `Lines: N`, then N lines; `EOF` marks a missing last newline, `NULLBYTE` a NUL. Links are left out. */
export function readTtar(text: string): Record<string, string> {
  const files: Record<string, string> = {};
  const lines = text.split('\n');
  for (let at = 0; at < lines.length; at++) {
    const path = /^Path: (.*)$/.exec(lines[at]!)?.[1];
    const count = /^Lines: (\d+)$/.exec(lines[at + 1] ?? '')?.[1];
    if (path === undefined || count === undefined) continue;
    const body = lines.slice(at + 2, at + 2 + Number(count)).join('\n');
    files[`/${path}`] = body.replace(/(?<!\\)EOF$/, '').replaceAll('NULLBYTE', '\0');
    at += 1 + Number(count);
  }
  return files;
}

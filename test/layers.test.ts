import { readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';

/** The direction rules of docs/architecture.md, read from the imports themselves. */

const ROOT = resolve(import.meta.dirname, '../src');
const PEERS = ['store', 'probes', 'runners', 'models', 'sweeps', 'claims', 'quality', 'report', 'export', 'serve'];
/** Where each native addon may be imported. In a runner koffi has one place, which sets what must be set before its first use. */
const NATIVE: Record<string, RegExp> = {
  'node-llama-cpp': /^runners\/llama-cpp\//,
  'onnxruntime-node': /^runners\/onnx\//,
  koffi: /^(runners\/koffi|models\/quantize-child)\.ts$/,
};

type Import = { from: string; to: string; isType: boolean; isLazy: boolean };

function files(folder: string): string[] {
  return readdirSync(folder).flatMap((name) => {
    const path = join(folder, name);
    return statSync(path).isDirectory() ? files(path) : /\.ts$/.test(name) && !name.endsWith('.d.ts') ? [path] : [];
  });
}

const withoutComments = (text: string): string => text.replace(/\/\*[\s\S]*?\*\//g, '').replace(/^\s*\/\/.*$/gm, '');

function importsOf(file: string): Import[] {
  const text = withoutComments(readFileSync(file, 'utf8'));
  const statics = [...text.matchAll(/^(?:import|export)\s+(type\s+)?[^'";]*?from\s+'([^']+)'|^import\s+'([^']+)'/gm)];
  const lazies = [...text.matchAll(/(?<!typeof )import\(\s*'([^']+)'\s*\)/g)];
  return [
    ...statics.map((m) => ({ from: file, to: (m[2] ?? m[3])!, isType: Boolean(m[1]), isLazy: false })),
    ...lazies.map((m) => ({ from: file, to: m[1]!, isType: false, isLazy: true })),
  ];
}

const folderOf = (path: string): string => relative(ROOT, path).split(/[/\\]/)[0]!;
const sources = files(ROOT);
const imports = sources.flatMap(importsOf);
const own = imports.filter((i) => i.to.startsWith('.'));
const targetFolder = (i: Import): string => folderOf(resolve(dirname(i.from), i.to));
const show = (found: Import[]): string[] => found.map((i) => `${relative(ROOT, i.from)} → ${i.to}`);

describe('direction rules', () => {
  it('reads a plausible number of imports', () => {
    expect(sources.length).toBeGreaterThan(100);
    expect(own.length).toBeGreaterThan(200);
  });

  it('core imports nothing of ours', () => {
    expect(show(own.filter((i) => folderOf(i.from) === 'core' && targetFolder(i) !== 'core'))).toEqual([]);
  });

  it('peers import core and themselves only', () => {
    const wrong = own.filter((i) => {
      const from = folderOf(i.from);
      return PEERS.includes(from) && !['core', from].includes(targetFolder(i));
    });
    expect(show(wrong)).toEqual([]);
  });

  it('native addons are imported lazily, and only where they belong', () => {
    const natives = imports.filter((i) => i.to in NATIVE && !i.isType);
    expect(show(natives.filter((i) => !NATIVE[i.to]!.test(relative(ROOT, i.from))))).toEqual([]);
    const programs = /-child\.ts$/;
    expect(show(natives.filter((i) => !i.isLazy && !programs.test(i.from)))).toEqual([]);
  });

  it('only the command line writes to the terminal', () => {
    const talkers = sources.filter(
      (file) =>
        folderOf(file) !== 'cli' &&
        /\bconsole\.|process\.std(out|err)\.write/.test(withoutComments(readFileSync(file, 'utf8'))),
    );
    expect(talkers.map((file) => relative(ROOT, file))).toEqual([]);
  });

  it('the environment is read through the Host port', () => {
    const allowed = /^(cli\/|probes\/host-|runners\/child\.ts|models\/quantize-child\.ts)/;
    const readers = sources.filter((file) => /process\.env\b/.test(withoutComments(readFileSync(file, 'utf8'))));
    expect(readers.map((file) => relative(ROOT, file)).filter((file) => !allowed.test(file))).toEqual([]);
  });

  // The health check of a compose file is a program of its own, written out as text.
  it('only main.ts exits the process, apart from programs of their own', () => {
    const allowed = /^(cli\/|runners\/child\.ts|runners\/fake\/|export\/compose\.ts|.*-child\.ts|.*\/worker)/;
    const exits = sources.filter((file) => /process\.exit\(/.test(withoutComments(readFileSync(file, 'utf8'))));
    expect(exits.map((file) => relative(ROOT, file)).filter((file) => !allowed.test(file))).toEqual([]);
  });
});

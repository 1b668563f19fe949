import { readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';

/** The direction rules of docs/architecture.md, read from the imports themselves. */

const ROOT = resolve(import.meta.dirname, '../src');
/**
 * The floors, lowest first: a folder imports folders of lower floors and itself. The peers, all folders that are not named
 * here, stand between the ground and the runs, so a new folder is a peer until it is given a floor.
 */
const GROUND = [['core'], ['stats', 'formats']];
const TOP = [['runs'], ['cli', 'index.ts']];
/** Where each native addon may be imported. In a runner koffi has one place, which sets what must be set before its first use. */
const NATIVE: Record<string, RegExp> = {
  'node-llama-cpp': /^runners\/llama-cpp\//,
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

const PEER_FLOOR = GROUND.length;
function floorOf(folder: string): number {
  const ground = GROUND.findIndex((floor) => floor.includes(folder));
  if (ground >= 0) return ground;
  const top = TOP.findIndex((floor) => floor.includes(folder));
  return top >= 0 ? PEER_FLOOR + 1 + top : PEER_FLOOR;
}

/** Groups of files that reach each other over imports, by Tarjan's strongly connected components. */
function circles(): string[][] {
  const targets = new Map<string, string[]>(sources.map((file) => [file, []]));
  for (const i of own) targets.get(i.from)!.push(resolve(dirname(i.from), i.to).replace(/\.js$/, '.ts'));
  const order = new Map<string, number>();
  const low = new Map<string, number>();
  const stack: string[] = [];
  const found: string[][] = [];
  const visit = (file: string): void => {
    order.set(file, order.size);
    low.set(file, order.get(file)!);
    stack.push(file);
    for (const next of targets.get(file) ?? []) {
      if (!order.has(next)) visit(next);
      if (stack.includes(next)) low.set(file, Math.min(low.get(file)!, low.get(next)!));
    }
    if (low.get(file) !== order.get(file)) return;
    const group = stack.splice(stack.indexOf(file));
    if (group.length > 1) found.push(group.map((name) => relative(ROOT, name)).sort());
  };
  for (const file of sources) if (!order.has(file)) visit(file);
  return found;
}

const show = (found: Import[]): string[] => found.map((i) => `${relative(ROOT, i.from)} → ${i.to}`);

describe('direction rules', () => {
  it('reads a plausible number of imports', () => {
    expect(sources.length).toBeGreaterThan(100);
    expect(own.length).toBeGreaterThan(200);
  });

  it('a folder imports lower floors and itself only', () => {
    const wrong = own.filter((i) => {
      const [from, to] = [folderOf(i.from), targetFolder(i)];
      return from !== to && floorOf(to) >= floorOf(from);
    });
    expect(show(wrong)).toEqual([]);
  });

  it('files do not import each other in circles', () => {
    expect(circles()).toEqual([]);
  });

  it('native addons are imported lazily, and only where they belong', () => {
    const natives = imports.filter((i) => i.to in NATIVE && !i.isType);
    expect(show(natives.filter((i) => !NATIVE[i.to]!.test(relative(ROOT, i.from))))).toEqual([]);
    const programs = /-child\.ts$/;
    expect(show(natives.filter((i) => !i.isLazy && !programs.test(i.from)))).toEqual([]);
  });

  // A competitor of a claim is a program of its own, written out as text.
  it('only the command line writes to the terminal', () => {
    const talkers = sources.filter(
      (file) =>
        folderOf(file) !== 'cli' &&
        !file.endsWith('competitor.ts') &&
        /\bconsole\.|process\.std(out|err)\.write/.test(withoutComments(readFileSync(file, 'utf8'))),
    );
    expect(talkers.map((file) => relative(ROOT, file))).toEqual([]);
  });

  it('the environment is read through the Host port', () => {
    const allowed = /^(cli\/|runs\/entries\/|probes\/host\/|runners\/child\.ts|models\/quantize-child\.ts)/;
    const readers = sources.filter((file) => /process\.env\b/.test(withoutComments(readFileSync(file, 'utf8'))));
    expect(readers.map((file) => relative(ROOT, file)).filter((file) => !allowed.test(file))).toEqual([]);
  });

  // The health check of a compose file is a program of its own, written out as text.
  it('only the command line exits the process, apart from programs of their own', () => {
    const allowed =
      /^(cli\/|runs\/entries\/|runs\/experiment\/conditions\/competitor\.ts|runners\/child\.ts|runners\/fake\/|export\/compose\.ts|.*-child\.ts|.*\/worker)/;
    const exits = sources.filter((file) => /process\.exit\(/.test(withoutComments(readFileSync(file, 'utf8'))));
    expect(exits.map((file) => relative(ROOT, file)).filter((file) => !allowed.test(file))).toEqual([]);
  });

  it('a probe loads no schema and no engine: reading files takes most of its time', () => {
    const isRun = (i: Import): boolean => !i.isType && !i.isLazy;
    const reached = new Set<string>();
    const visit = (file: string): void => {
      if (reached.has(file)) return;
      reached.add(file);
      for (const i of own.filter((i) => i.from === file && isRun(i)))
        visit(resolve(dirname(file), i.to).replace(/\.js$/, '.ts'));
    };
    for (const entry of ['cli/program.ts', 'cli/commands/probe.ts']) visit(join(ROOT, entry));
    expect(reached.size).toBeGreaterThan(50);
    const packages = imports.filter((i) => reached.has(i.from) && isRun(i) && !/^(\.|node:)/.test(i.to));
    expect([...new Set(packages.map((i) => i.to))].sort()).toEqual(['yargs', 'yargs/helpers']);
  });

  // Node's recursive mkdir never ends below /proc.
  it('folders are made by makeFolder', () => {
    const makers = sources.filter((file) =>
      /mkdir(Sync)?\([^;]*recursive/.test(withoutComments(readFileSync(file, 'utf8'))),
    );
    expect(show(imports.filter((i) => makers.includes(i.from)))).toEqual([]);
  });
});

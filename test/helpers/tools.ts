import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

const require = createRequire(import.meta.url);

/** True when a program is there; says so loudly when it is not, since a skipped check proves nothing. */
export function hasTool(name: string, args: string[] = ['--version']): boolean {
  const isThere = spawnSync(name, args, { stdio: 'ignore' }).status === 0;
  if (!isThere)
    console.warn(`SKIPPED: ${[name, ...args].join(' ')} does not run here, so what it checks is not checked.`);
  return isThere;
}

export type ToolResult = { status: number | null; stdout: string; output: string };

/** A program's exit status and all it wrote. */
export function runTool(name: string, args: string[], env: Record<string, string> = {}): ToolResult {
  const { status, stdout, stderr } = spawnSync(name, args, {
    encoding: 'utf8',
    timeout: 20_000,
    env: { ...process.env, ...env },
  });
  return { status, stdout, output: `${stdout}${stderr}` };
}

/** A JSON file of a development package, whether or not the package exports it. */
export function packageJson(name: string, file: string): Record<string, unknown> {
  const folder = dirname(require.resolve(`${name}/package.json`));
  return JSON.parse(readFileSync(join(folder, file), 'utf8')) as Record<string, unknown>;
}

/** True when development packages are installed; says so loudly when not. */
export function hasPackages(...names: string[]): boolean {
  return names.every((name) => {
    try {
      require.resolve(`${name}/package.json`);
      return true;
    } catch {
      console.warn(`SKIPPED: the package ${name} is not installed, so what it checks is not checked.`);
      return false;
    }
  });
}

import { spawnSync } from 'node:child_process';
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

/** The path of a file in a development package, whether or not the package exports it. */
export const packageFile = (name: string, file: string): string =>
  join(dirname(require.resolve(`${name}/package.json`)), file);

import { fileURLToPath } from 'node:url';
import { execa } from 'execa';

export const MAIN = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url));

export type CliResult = { exitCode: number; stdout: string; stderr: string };

/** Runs the built program and gives back what a shell would see. */
export async function runCli(
  args: string[],
  options: { cwd?: string; env?: Record<string, string> } = {},
): Promise<CliResult> {
  const result = await execa(process.execPath, [MAIN, ...args], { reject: false, ...options });
  return { exitCode: result.exitCode ?? -1, stdout: result.stdout, stderr: result.stderr };
}

import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** Material that lies beside the checkout and is never part of it; undefined, said loudly, when it is not there. */
export function sharedFile(path: string): string | undefined {
  const file = fileURLToPath(new URL(`../../../shared/${path}`, import.meta.url));
  if (existsSync(file)) return file;
  console.warn(`SKIPPED: ../shared/${path} is not there, so the tests that need it do not run.`);
  return undefined;
}

// Writes docs/results-format.md from the schemas: node scripts/make-results-format.mjs [--check]
import { fileURLToPath } from 'node:url';
import { runTypeScript } from './run-typescript.mjs';

await runTypeScript(fileURLToPath(new URL('./results-format.ts', import.meta.url)), process.argv.slice(2));

/** Remakes the tables of docs/statistics.md: node scripts/simulate-gate.mjs [--gates 20000] */
import { runTypeScript } from './run-typescript.mjs';

await runTypeScript('/test/helpers/search/gate-table.ts', process.argv.slice(2));

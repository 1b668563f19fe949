/** Remakes the table of the history gate in docs/statistics.md: node scripts/simulate-history.mjs [--histories 1000] */
import { runTypeScript } from './run-typescript.mjs';

await runTypeScript('/test/helpers/search/history-table.ts', process.argv.slice(2));

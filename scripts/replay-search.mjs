/** Remakes the tables of docs/search.md: node scripts/replay-search.mjs [--seeds 200] [test/fixtures/grids/NAME.json …] */
import { runTypeScript } from './run-typescript.mjs';

await runTypeScript('/test/helpers/search/replay-table.ts', process.argv.slice(2));

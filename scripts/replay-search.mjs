/**
 * Remakes the tables of docs/search.md:  node scripts/replay-search.mjs [--seeds 200] [test/fixtures/grids/NAME.json …]
 * It loads the TypeScript of src and test/helpers through vitest's own bundler, so no build is needed.
 */
import { createViteServer } from 'vitest/node';

const server = await createViteServer({
  configFile: false,
  appType: 'custom',
  logLevel: 'error',
  optimizeDeps: { noDiscovery: true },
  server: { middlewareMode: true, hmr: false, ws: false, watch: null },
});
try {
  const { main } = await server.ssrLoadModule('/test/helpers/search/replay-table.ts');
  main(process.argv.slice(2));
} finally {
  await server.close();
}

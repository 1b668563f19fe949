import { createViteServer } from 'vitest/node';

/** Runs `main(argv)` of a TypeScript file of this repository through vitest's own bundler: no build, no other tool. */
export async function runTypeScript(path, argv) {
  const server = await createViteServer({
    configFile: false,
    appType: 'custom',
    logLevel: 'error',
    optimizeDeps: { noDiscovery: true },
    server: { middlewareMode: true, hmr: false, ws: false, watch: null },
  });
  try {
    const { main } = await server.ssrLoadModule(path);
    await main(argv);
  } finally {
    await server.close();
  }
}

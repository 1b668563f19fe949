// Runs after `npm ci` in a clone, and before `npm pack`: builds, adds ONNX Runtime, removes engine builds this machine never loads.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';

const MAIN = 'dist/cli/main.js';
const run = (...args) => spawnSync(process.execPath, args, { stdio: 'inherit' }).status === 0;

// `npm ci --omit=dev` leaves the compiler out, and there is nothing to build with.
if (existsSync('node_modules/typescript')) {
  const isBuilt = run('node_modules/typescript/bin/tsc', '-p', 'tsconfig.build.json') && run('scripts/copy-assets.mjs');
  if (!isBuilt) process.exit(1);
}
// Without network the rest still works: every command says how to add the engine when it is asked for.
if (existsSync(MAIN)) {
  run(MAIN, 'engines', 'add', 'onnx', '--quiet');
  run(MAIN, 'engines', 'slim', '--quiet');
}

import { execFileSync, spawnSync } from 'node:child_process';

/** Process and CLI tests run the built program, as a user does: build once before all tests. */
export default function setup(): void {
  if (process.env.R1TUNE_TEST_NO_BUILD) return;
  execFileSync(process.execPath, ['node_modules/typescript/bin/tsc', '-p', 'tsconfig.build.json'], {
    stdio: 'inherit',
  });
  execFileSync(process.execPath, ['scripts/copy-assets.mjs'], { stdio: 'inherit' });
  // `npm ci` has added it, unless it ran without scripts.
  spawnSync(process.execPath, ['dist/cli/main.js', 'engines', 'add', 'onnx', '--quiet'], { stdio: 'inherit' });
}

// Runs the Monte-Carlo tests in full: the rates that docs/statistics.md and docs/search.md promise. Some minutes.
import { spawnSync } from 'node:child_process';

const files = [
  'test/unit/sweeps/gate/rates.test.ts',
  'test/unit/sweeps/replay.test.ts',
  'test/unit/claims/error-rate.test.ts',
];
const { status } = spawnSync(
  process.execPath,
  ['node_modules/vitest/vitest.mjs', 'run', '--testTimeout=600000', ...files],
  {
    stdio: 'inherit',
    env: { ...process.env, R1TUNE_RATES: 'full' },
  },
);
process.exit(status ?? 1);

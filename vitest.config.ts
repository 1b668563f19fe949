import { defineConfig } from 'vitest/config';

const shared = {
  setupFiles: ['test/helpers/fixed-seed.ts'],
  testTimeout: 20_000,
  hookTimeout: 60_000,
  pool: 'forks' as const,
};

const processes = {
  ...shared,
  testTimeout: 60_000,
  // A shared CI machine may stall for seconds; a real fault fails twice.
  retry: process.env.CI ? 1 : 0,
};
const SIDE_BY_SIDE = ['test/cli/**/*.test.ts', 'test/process/{report,models}/**/*.test.ts'];

export default defineConfig({
  test: {
    globalSetup: ['test/helpers/global-setup.ts'],
    reporters: ['default', './test/helpers/closing-line-reporter.ts'],
    projects: [
      {
        test: {
          ...shared,
          name: 'unit',
          include: ['test/*.test.ts', 'test/unit/**/*.test.ts'],
          maxWorkers: 2,
          // Pure: files share a process, which saves a third of the time. None may leave anything behind.
          isolate: false,
          sequence: { groupOrder: 0 },
        },
      },
      {
        // The program as people run it, mostly on the fake engine: waits of starting processes overlap, and no rate is judged.
        test: {
          ...processes,
          name: 'cli',
          include: SIDE_BY_SIDE,
          maxWorkers: 2,
          sequence: { groupOrder: 1 },
        },
      },
      {
        // Real servers, models and trials: one file at a time, so that timings are not each other's noise.
        test: {
          ...processes,
          name: 'process',
          include: ['test/{process,model}/**/*.test.ts'],
          exclude: SIDE_BY_SIDE,
          maxWorkers: 1,
          fileParallelism: false,
          sequence: { groupOrder: 2 },
        },
      },
      {
        // Installs the packed package from the registry: minutes and a gigabyte, so `npm test` leaves it to `npm run test:install`.
        test: {
          ...shared,
          name: 'install',
          include: ['test/install/**/*.test.ts'],
          maxWorkers: 1,
          sequence: { groupOrder: 3 },
        },
      },
    ],
  },
});

import { defineConfig } from 'vitest/config';

const shared = {
  setupFiles: ['test/helpers/fixed-seed.ts'],
  testTimeout: 20_000,
  hookTimeout: 60_000,
  pool: 'forks' as const,
};

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
        // Real processes, servers and models: one file at a time, so that timings are not each other's noise.
        test: {
          ...shared,
          name: 'process',
          include: ['test/{process,cli,model}/**/*.test.ts'],
          testTimeout: 60_000,
          // A shared CI machine may stall for seconds; a real fault fails twice.
          retry: process.env.CI ? 1 : 0,
          maxWorkers: 1,
          fileParallelism: false,
          sequence: { groupOrder: 1 },
        },
      },
      {
        // Installs the packed package from the registry: minutes and a gigabyte, so `npm test` leaves it to `npm run test:install`.
        test: {
          ...shared,
          name: 'install',
          include: ['test/install/**/*.test.ts'],
          maxWorkers: 1,
          sequence: { groupOrder: 2 },
        },
      },
    ],
  },
});

/** What a request that leaves a field out gets: the same as a flag that is not given (test/unit/runs/defaults.test.ts). */

const FOLDER = { results: 'results' } as const;

export const SWEEP_DEFAULTS = {
  ...FOLDER,
  objective: 'workload',
  request: '128+1024',
  effort: 'default',
  strategy: 'model-race',
  environment: 'shared',
  quality: true,
  puzzles: 0,
  sentinels: true,
  bandwidth: true,
} as const;

export const BENCH_DEFAULTS = {
  ...FOLDER,
  objective: 'workload',
  request: '128+1024',
  effort: 'default',
  strategy: 'bench',
} as const;

export const CALIBRATE_DEFAULTS = { ...FOLDER, pairs: 10, effort: 'quick' } as const;

export const GATE_DEFAULTS = {
  ...FOLDER,
  mode: 'paired',
  metric: 'decode',
  margin: '5%',
  anyMachine: false,
  freshCopies: true,
  accept: false,
  sentinels: true,
} as const;

export const CLAIMS_DEFAULTS = {
  ...FOLDER,
  budget: '30m',
  bandwidth: true,
  allowMachineChanges: false,
  currency: '',
} as const;

export const SERVE_DEFAULTS = {
  host: '127.0.0.1',
  port: 7860,
  allowHost: [] as string[],
  corsOrigin: [] as string[],
  maxQueue: 32,
  requestTimeout: '1h',
  drainTimeout: '30s',
  hangAfter: '30s',
  warmUp: 5,
  strict: false,
  logRequests: false,
};

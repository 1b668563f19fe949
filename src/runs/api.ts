import type { Machine } from '../core/machine.js';
import * as benchRun from './bench/bench.js';
import * as calibrateRun from './calibrate/calibrate.js';
import * as claimsRun from './claims/claims.js';
import type { ClaimsRequest } from './claims/request.js';
import type { Context } from './context.js';
import {
  BENCH_DEFAULTS,
  CALIBRATE_DEFAULTS,
  CLAIMS_DEFAULTS,
  GATE_DEFAULTS,
  SERVE_DEFAULTS,
  SWEEP_DEFAULTS,
} from './defaults.js';
import * as gateRun from './gate/gate.js';
import type { GateRequest } from './gate/request.js';
import { type ContextOptions, openRunContext } from './open-context.js';
import * as probeRun from './probe/probe.js';
import * as serveRun from './serve/serve.js';
import type { ServeRequest } from './serve/settings.js';
import * as sweepRun from './sweep/sweep.js';

/** A request whose defaults may be left out. */
type Open<Request, Defaults> = Omit<Request, keyof Defaults> & Partial<Pick<Request, keyof Defaults & keyof Request>>;

/** A run as programs call it: a request with defaults, and where to tell what happens. */
const withDefaults =
  <Request, Defaults extends Partial<Request>, Result>(
    run: (request: Request, context: Context) => Promise<Result>,
    defaults: Defaults,
  ) =>
  (request: Open<Request, Defaults>, options: ContextOptions = {}): Promise<Result> =>
    run({ ...defaults, ...request } as unknown as Request, openRunContext(options));

/** What this machine is; memory bandwidth is measured unless `bandwidth: false`. */
export const probe = (request: probeRun.ProbeRequest = {}, options: ContextOptions = {}): Promise<Machine> =>
  probeRun.probe(request, openRunContext(options));

/** The search: run, recommended profile and the folder of all files. Throws NOTHING_VIABLE where nothing runs. */
export const sweep = withDefaults(sweepRun.sweep, SWEEP_DEFAULTS);

/** One configuration, until its decode rate is known to ±2 %. */
export const bench = withDefaults(benchRun.bench, BENCH_DEFAULTS);

/** The noise floor of this machine. */
export const calibrate = withDefaults(calibrateRun.calibrate, CALIBRATE_DEFAULTS);

/** Candidate against baseline; the verdict is data and throws nothing. */
export const gate = withDefaults<GateRequest, typeof GATE_DEFAULTS, Awaited<ReturnType<typeof gateRun.gate>>>(
  gateRun.gate,
  GATE_DEFAULTS,
);

/** Rules of thumb, tested here. */
export const claims = withDefaults<ClaimsRequest, typeof CLAIMS_DEFAULTS, Awaited<ReturnType<typeof claimsRun.claims>>>(
  claimsRun.claims,
  CLAIMS_DEFAULTS,
);

/** A server under a profile: `server.url`, `server.drain(ms)`, `server.stop()`. */
export const serve = withDefaults<ServeRequest, typeof SERVE_DEFAULTS, serveRun.Serving>(
  serveRun.serve,
  SERVE_DEFAULTS,
);

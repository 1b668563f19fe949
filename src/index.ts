/**
 * r1-tune as a library: what the commands do, as functions of a request that give the document. Requests take the names and
 * texts of the flags (`threads: ['1-4']`, `budget: '5m'`); what is left out has the default of the flag. docs/api.md.
 */

export type { Calibration } from './core/calibration.js';
export type { ClaimsDocument } from './core/claims.js';
export { R1Error } from './core/errors.js';
export type { Machine } from './core/machine.js';
export type { Profile } from './core/profile.js';
export type { RunResult } from './core/run-result.js';
export { bench, calibrate, claims, gate, probe, serve, sweep } from './runs/api.js';
export type { RunEvent } from './runs/events.js';
export type { GateResult } from './runs/gate/result.js';
export type { ContextOptions as RunOptions } from './runs/open-context.js';
export { readProfile, readRunDocument as readRun } from './store/documents.js';

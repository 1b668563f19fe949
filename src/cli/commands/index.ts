import type { CommandModule } from 'yargs';
import { benchCommand } from './bench.js';
import { calibrateCommand } from './calibrate.js';
import { claimsCommand } from './claims.js';
import { compareCommand } from './compare.js';
import { exportCommand } from './export.js';
import { gateCommand } from './gate.js';
import { loadCommand } from './load.js';
import { modelsCommand } from './models.js';
import { probeCommand } from './probe.js';
import { profileCommand } from './profile.js';
import { reportCommand } from './report.js';
import { schemaCommand } from './schema.js';
import { serveCommand } from './serve.js';
import { sweepCommand } from './sweep.js';

/** Every command of the program, in the order of --help. */
export const COMMANDS = [
  probeCommand,
  calibrateCommand,
  modelsCommand,
  benchCommand,
  sweepCommand,
  reportCommand,
  compareCommand,
  profileCommand,
  gateCommand,
  claimsCommand,
  exportCommand,
  serveCommand,
  loadCommand,
  schemaCommand,
] as unknown as CommandModule[];

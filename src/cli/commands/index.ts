import type { CommandModule } from 'yargs';
import { benchCommand } from './bench.js';
import { gateCommand } from './gate.js';
import { schemaCommand } from './schema.js';
import { sweepCommand } from './sweep.js';

/** Every command of the program, in the order of --help. */
export const COMMANDS = [benchCommand, sweepCommand, gateCommand, schemaCommand] as unknown as CommandModule[];

import type { CommandModule } from 'yargs';
import { benchCommand } from './bench.js';
import { schemaCommand } from './schema.js';
import { sweepCommand } from './sweep.js';

/** Every command of the program, in the order of --help. */
export const COMMANDS = [benchCommand, sweepCommand, schemaCommand] as unknown as CommandModule[];

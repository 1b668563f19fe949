import type { CommandModule } from 'yargs';
import { schemaCommand } from './schema.js';
import { sweepCommand } from './sweep.js';

/** Every command of the program, in the order of --help. */
export const COMMANDS = [sweepCommand, schemaCommand] as unknown as CommandModule[];

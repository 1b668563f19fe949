import { describe, expect, it } from 'vitest';
import yargs, { type Argv } from 'yargs';
import { benchCommand } from '../../../src/cli/commands/bench.js';
import { calibrateCommand } from '../../../src/cli/commands/calibrate.js';
import { claimsCommand } from '../../../src/cli/commands/claims.js';
import { gateCommand } from '../../../src/cli/commands/gate.js';
import { serveCommand } from '../../../src/cli/commands/serve.js';
import { sweepCommand } from '../../../src/cli/commands/sweep.js';
import * as defaults from '../../../src/runs/defaults.js';

/** What a command's handler gets where no flag is given. */
async function ofFlags(command: { builder: unknown }, required: string[]): Promise<Record<string, unknown>> {
  const build = command.builder as (argv: Argv) => Argv;
  return (await build(yargs(required)).exitProcess(false).parse()) as Record<string, unknown>;
}

describe('a field left out of a request', () => {
  it.each([
    ['sweep', sweepCommand, [], defaults.SWEEP_DEFAULTS],
    ['bench', benchCommand, [], { ...defaults.BENCH_DEFAULTS, objective: undefined, strategy: undefined }],
    ['calibrate', calibrateCommand, [], defaults.CALIBRATE_DEFAULTS],
    ['gate', gateCommand, ['--baseline', 'x'], defaults.GATE_DEFAULTS],
    ['claims', claimsCommand, [], defaults.CLAIMS_DEFAULTS],
    ['serve', serveCommand, ['--profile', 'x'], defaults.SERVE_DEFAULTS],
  ] as const)('is what %s takes without the flag', async (_, command, required, expected) => {
    const flags = await ofFlags(command, [...required]);
    expect(Object.fromEntries(Object.keys(expected).map((name) => [name, flags[name]]))).toEqual(expected);
  });
});

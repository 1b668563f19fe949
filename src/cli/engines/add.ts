import type { Argv } from 'yargs';
import { addOnnx, installedOnnx } from '../../runs/engines/add-onnx.js';
import { type CommonFlags, printed } from '../models/shared.js';

type Added = { engine: 'onnx'; version: string; wasInstalled: boolean };

export const addCommand = {
  command: 'add <engine>',
  describe: 'Install an engine that does not come with r1-tune: onnx',
  builder: (yargs: Argv) =>
    yargs.positional('engine', { choices: ['onnx'] as const, demandOption: true, describe: 'The engine' }),
  handler: (flags: CommonFlags & { engine: 'onnx' }) =>
    printed(
      flags,
      async (context): Promise<Added> => {
        const installed = installedOnnx();
        return {
          engine: flags.engine,
          version: installed ?? (await addOnnx(context)),
          wasInstalled: installed !== null,
        };
      },
      ({ version, wasInstalled }) =>
        `ONNX Runtime ${version} ${wasInstalled ? 'was there already' : 'is installed: --backend onnx'}.`,
    ),
};

import { gate } from '../../runs/gate/gate.js';
import type { GateRequest } from '../../runs/gate/request.js';
import { gateExit, type Strictness } from '../../runs/gate/result.js';
import { openExperiment } from '../experiment-context.js';
import { gateOptions } from '../gate/options.js';
import { type OutputFlags, writeGateOutputs } from '../gate/outputs.js';
import { gateText } from '../gate/terminal.js';
import { gateLine } from '../gate/words.js';

type Flags = GateRequest & OutputFlags & Strictness & { json: boolean; quiet?: boolean; home?: string };

export const gateCommand = {
  command: 'gate',
  describe: 'Fail when speed has regressed, with a known false-alarm rate',
  builder: gateOptions,
  handler: async (flags: Flags): Promise<void> => {
    const context = openExperiment(flags);
    context.interrupt.setFix('Run the gate again: its pairs belong to one time.');
    const { result, folder } = await gate(flags, context);
    await writeGateOutputs(result, folder, flags, context);
    context.console.result(flags.json ? JSON.stringify(result, null, 2) : gateText(result, folder));
    context.console.command(gateLine(result));
    process.exitCode = gateExit(result, flags);
  },
};

import { EXIT } from '../../core/errors.js';
import { parseDurationMs } from '../../core/units.js';
import { openRunContext } from '../../runs/open-context.js';
import { serve } from '../../runs/serve/serve.js';
import type { ServeRequest } from '../../runs/serve/settings.js';
import { type Verified, verifyServer } from '../../runs/serve/verify.js';
import { readProfile } from '../../store/documents.js';
import { type Console, openConsole } from '../console.js';
import { serveOptions } from '../serve/options.js';
import { untilStopped } from '../serve/until-stopped.js';
import { showEvents } from '../show-events.js';

function showVerified(verified: Verified, terminal: Console): void {
  terminal.result(JSON.stringify(verified, null, 2));
  if (!verified.ok) process.exitCode = EXIT.negative;
}

type Flags = ServeRequest & { verify?: string; quiet?: boolean; home?: string };

export const serveCommand = {
  command: 'serve',
  describe: 'Serve a profile as it was tuned, over the OpenAI API',
  builder: serveOptions,
  handler: async (flags: Flags): Promise<void> => {
    const terminal = openConsole({ quiet: flags.quiet ?? false });
    if (flags.verify !== undefined)
      return showVerified(await verifyServer(readProfile(flags.profile), flags.verify, flags.keyFile), terminal);
    // Signals are heard by `untilStopped`: the first one drains.
    const context = openRunContext({ home: flags.home, onEvent: showEvents(terminal) });
    const { server, reload } = await serve(flags, context);
    terminal.result(`Serving on ${server.url}/v1`);
    await untilStopped(server, { drainMs: parseDurationMs(flags.drainTimeout), reload, terminal });
  },
};

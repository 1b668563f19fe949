import type { CommandModule } from 'yargs';

/**
 * Every command of the program, in the order of --help. Each is loaded when it is wanted: all of them together take
 * longer to load than a probe takes to run.
 */
const LOADERS = {
  probe: async () => (await import('./probe.js')).probeCommand,
  calibrate: async () => (await import('./calibrate.js')).calibrateCommand,
  models: async () => (await import('./models.js')).modelsCommand,
  bench: async () => (await import('./bench.js')).benchCommand,
  sweep: async () => (await import('./sweep.js')).sweepCommand,
  report: async () => (await import('./report.js')).reportCommand,
  compare: async () => (await import('./compare.js')).compareCommand,
  profile: async () => (await import('./profile.js')).profileCommand,
  gate: async () => (await import('./gate.js')).gateCommand,
  claims: async () => (await import('./claims.js')).claimsCommand,
  fleet: async () => (await import('./fleet.js')).fleetCommand,
  plan: async () => (await import('./plan.js')).planCommand,
  export: async () => (await import('./export.js')).exportCommand,
  serve: async () => (await import('./serve.js')).serveCommand,
  load: async () => (await import('./load.js')).loadCommand,
  engines: async () => (await import('./engines.js')).enginesCommand,
  doctor: async () => (await import('./doctor.js')).doctorCommand,
  completion: async () => (await import('./completion.js')).completionCommand,
  schema: async () => (await import('./schema.js')).schemaCommand,
};

export const COMMAND_NAMES: readonly string[] = Object.keys(LOADERS);

async function loadNamed(names: readonly string[]): Promise<CommandModule[]> {
  const commands = Object.entries(LOADERS).filter(([name]) => names.includes(name));
  return (await Promise.all(commands.map(([, load]) => load()))) as unknown as CommandModule[];
}

export const loadAllCommands = (): Promise<CommandModule[]> => loadNamed(Object.keys(LOADERS));

/** The commands whose names stand among the arguments; all of them where none does, as for --help or a misspelt name. */
export async function loadCommands(args: readonly string[]): Promise<CommandModule[]> {
  const named = await loadNamed(args);
  return named.length > 0 ? named : loadAllCommands();
}

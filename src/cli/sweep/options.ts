import type { Argv } from 'yargs';
import { BACKENDS, type BackendFacts, defaultBackends, REAL_BACKENDS } from '../../core/backends.js';
import { AXIS_IDS, type AxisId, KNOBS } from '../../core/knobs.js';
import { environmentSchema } from '../../core/neighbour.js';
import { shareOf, wholeFrom } from '../../core/parse.js';

/** Headings of --help, for commands whose list is long. */
export const GROUPS = {
  model: 'Model and engines:',
  axes: 'Axes of the search (lists; auto, the default, follows from this machine):',
  knobs: 'Configuration (one value each; what is not given is as the engine has it):',
  goal: 'Goal and limits:',
  search: 'Search:',
  measuring: 'Measuring:',
  output: 'Output:',
} as const;

const SEED = 'Seed of every random order, to replay one';

/** The model, its engines and levels. `use` says which engines run when nobody names one. */
export function modelOptions<T>(yargs: Argv<T>, use: keyof BackendFacts['byDefault'] = 'sweep') {
  const group = GROUPS.model;
  return yargs
    .option('model', {
      group,
      type: 'string',
      describe: 'A .gguf file, a folder with an ONNX decoder, a catalog id, or synthetic:GEOMETRY',
      defaultDescription: 'synthetic weights of R1-Distill-Qwen-1.5B',
    })
    .option('backend', {
      group,
      type: 'string',
      array: true,
      describe: `Engines to run: ${REAL_BACKENDS.join(', ')}`,
      defaultDescription: defaultBackends(use).join(', '),
    })
    .option('quant', {
      group,
      type: 'string',
      array: true,
      describe: 'q4_0, q4_k_m, q8_0, f16, int4, int8, …',
      defaultDescription: 'what the model offers, or what is worth comparing',
    })
    .option('context', {
      group,
      type: 'number',
      coerce: wholeFrom('context', 1),
      describe: 'Context of each sequence, tokens',
      defaultDescription: 'what the workload needs',
    });
}

/** Where results go, and how they are shown. */
export function outputOptions<T>(yargs: Argv<T>) {
  const group = GROUPS.output;
  return yargs
    .option('label', {
      group,
      type: 'string',
      describe: 'Short name of the run',
      defaultDescription: 'name of the model',
    })
    .option('out', {
      group,
      type: 'string',
      describe: 'Folder for the run itself',
      defaultDescription: 'a new one under --results',
    })
    .option('results', { group, type: 'string', default: 'results', describe: 'Folder that holds the runs' })
    .option('json', { group, type: 'boolean', default: false, describe: 'Print the result as JSON' });
}

export const seedOption = <T>(yargs: Argv<T>, group: string) =>
  yargs.option('seed', {
    group,
    type: 'number',
    coerce: wholeFrom('seed', 0),
    describe: SEED,
    defaultDescription: 'drawn, and stored with the result',
  });

/** Values and meaning of a knob, with the engines that have it where not all do and the words do not say so. */
function helpOf(id: AxisId): string {
  const { help } = KNOBS[id].ask;
  const having = REAL_BACKENDS.filter((backend) => KNOBS[id].engines[backend]);
  const titles = having.map((backend) => BACKENDS[backend].title);
  const isTold = having.length === REAL_BACKENDS.length || titles.every((title) => help.includes(title));
  return isTold ? help : `${help} (${titles.join(', ')})`;
}

/** A flag for each knob that can be asked for: an axis with what `auto` takes, or one value of a configuration. */
export function axisOptions<T>(yargs: Argv<T>, as: 'axes' | 'knobs'): Argv<T> {
  for (const id of AXIS_IDS) {
    const { axis, ask } = KNOBS[id];
    yargs.option(axis, {
      group: GROUPS[as],
      type: 'string',
      array: true,
      describe: helpOf(id),
      ...(as === 'axes' ? { defaultDescription: `auto: ${ask.auto}` } : {}),
    });
  }
  return yargs;
}

export function goalOptions<T>(yargs: Argv<T>) {
  const group = GROUPS.goal;
  return yargs
    .option('objective', {
      group,
      type: 'string',
      default: 'workload',
      choices: ['workload', 'decode', 'prefill', 'throughput'] as const,
      describe: 'What to optimise: the declared request, one of its phases, or all streams together',
    })
    .option('request', {
      group,
      type: 'string',
      default: '128+1024',
      describe: 'Prompt + generated tokens of the declared request',
    })
    .option('max-ttft', { group, type: 'string', describe: 'Most time to first token, for example 800ms' })
    .option('max-rss', { group, type: 'string', describe: 'Most resident memory, for example 3GiB' })
    .option('min-quality', {
      group,
      type: 'number',
      coerce: shareOf('min-quality'),
      describe: 'Least top-1 agreement with the reference precision, 0 to 1',
    });
}

export function searchOptions<T>(yargs: Argv<T>) {
  const group = GROUPS.search;
  return yargs
    .option('budget', {
      group,
      type: 'string',
      describe: 'Time for the whole run, for example 20m; the work is fitted to it',
      defaultDescription: 'no limit; --dry-run tells the time',
    })
    .option('effort', {
      group,
      type: 'string',
      default: 'default',
      choices: ['quick', 'default', 'thorough'] as const,
      describe: 'How many trials',
    })
    .option('strategy', {
      group,
      type: 'string',
      default: 'model-race',
      describe: 'model-race, coordinate-race, random, grid',
    })
    .option('resume', { group, type: 'string', describe: 'Go on with an interrupted run folder' })
    .option('dry-run', {
      group,
      type: 'boolean',
      default: false,
      describe: 'Print what a sweep would do and how long it may take; load no model, measure nothing',
    })
    .option('sysroot', {
      group,
      type: 'string',
      describe: 'With --dry-run: a recorded machine, a folder with proc/ and sys/ or a capture',
    });
}

export const bandwidthOption = <T>(yargs: Argv<T>) =>
  yargs.option('bandwidth', {
    group: GROUPS.measuring,
    type: 'boolean',
    default: true,
    describe: 'Measure memory bandwidth first (about 10 s); --no-bandwidth leaves it out',
  });

export function measuringOptions<T>(yargs: Argv<T>) {
  const group = GROUPS.measuring;
  return bandwidthOption(yargs)
    .option('quality', {
      group,
      type: 'boolean',
      default: true,
      describe: 'Measure the quality of each quantization of trained weights first; --no-quality leaves it out',
    })
    .option('quality-text', {
      group,
      type: 'string',
      describe: 'Text to measure quality on, passages separated by empty lines',
      defaultDescription: 'a built-in one',
    })
    .option('puzzles', {
      group,
      type: 'number',
      default: 0,
      coerce: wholeFrom('puzzles', 0),
      describe: 'Generated puzzles to ask each quantization (slow)',
    })
    .option('environment', {
      group,
      type: 'string',
      default: 'shared',
      choices: environmentSchema.options,
      describe:
        'Whether other processes compute on this machine, too. shared: what loses more beside one than it gains alone is not recommended. exclusive: that is only told',
    })
    .option('neighbour', {
      group,
      type: 'boolean',
      describe: 'Measure the recommendation beside one busy process, too; --no-neighbour leaves it out',
      defaultDescription: 'yes, where there is time',
    })
    .option('sentinels', {
      group,
      type: 'boolean',
      default: true,
      describe: 'Watch the machine with small kernels around each trial; --no-sentinels leaves them out',
    });
}

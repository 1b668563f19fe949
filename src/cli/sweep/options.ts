import type { Argv } from 'yargs';
import { defaultBackends, REAL_BACKENDS } from '../../core/backends.js';
import { AXIS_IDS, KNOBS } from '../../core/knobs.js';
import { environmentSchema } from '../../core/neighbour.js';
import { shareOf, wholeFrom } from '../../core/parse.js';

/** Flags that sweep, bench and calibrate share. Values of axes are lists; `auto` derives them from the machine. */
export function modelOptions<T>(yargs: Argv<T>) {
  return yargs
    .option('model', {
      type: 'string',
      describe: 'A .gguf file, a folder with an ONNX decoder, a catalog id, or synthetic:GEOMETRY',
    })
    .option('backend', {
      type: 'string',
      array: true,
      describe: `Engines: ${REAL_BACKENDS.join(', ')} (sweep, bench and calibrate: ${defaultBackends('sweep').join(', ')} unless asked)`,
    })
    .option('quant', { type: 'string', array: true, describe: 'q4_0, q4_k_m, q8_0, f16, int4, int8, …' })
    .option('context', {
      type: 'number',
      coerce: wholeFrom('context', 1),
      describe: 'Context of each sequence, tokens (default: what the workload needs)',
    })
    .option('seed', {
      type: 'number',
      coerce: wholeFrom('seed', 0),
      describe: 'Seed of every random order, to replay one (default: drawn, and stored with the result)',
    })
    .option('label', { type: 'string', describe: 'Short name of the run' })
    .option('out', { type: 'string', describe: 'Folder for the run itself (default: a new one under --results)' })
    .option('results', { type: 'string', default: 'results', describe: 'Folder that holds the runs' })
    .option('json', { type: 'boolean', default: false, describe: 'Print the result as JSON' });
}

/** A flag for each knob that can be asked for. */
export function axisOptions<T>(yargs: Argv<T>): Argv<T> {
  for (const id of AXIS_IDS) {
    const { axis, ask } = KNOBS[id];
    yargs.option(axis, { type: 'string', array: true, describe: ask.help, group: 'Axes:' });
  }
  return yargs;
}

export function searchOptions<T>(yargs: Argv<T>) {
  return yargs
    .option('objective', {
      type: 'string',
      default: 'workload',
      choices: ['workload', 'decode', 'prefill', 'throughput'] as const,
      describe: 'What to optimise',
    })
    .option('request', {
      type: 'string',
      default: '128+1024',
      describe: 'Prompt + generated tokens of the request that "workload" scores',
    })
    .option('max-ttft', { type: 'string', describe: 'Constraint, for example 800ms' })
    .option('max-rss', { type: 'string', describe: 'Constraint, for example 3GiB' })
    .option('min-quality', {
      type: 'number',
      coerce: shareOf('min-quality'),
      describe: 'Constraint: least top-1 agreement with the reference, 0 to 1',
    })
    .option('effort', {
      type: 'string',
      default: 'default',
      choices: ['quick', 'default', 'thorough'] as const,
      describe: 'How many trials',
    })
    .option('strategy', {
      type: 'string',
      default: 'model-race',
      describe: 'model-race, coordinate-race, random, grid',
    })
    .option('budget', { type: 'string', describe: 'Time for the whole run, for example 20m; the work is fitted to it' })
    .option('quality', {
      type: 'boolean',
      default: true,
      describe: 'Measure the quality of each quantization of trained weights first',
    })
    .option('quality-text', {
      type: 'string',
      describe: 'Text to measure quality on, passages separated by empty lines (default: a built-in one)',
    })
    .option('puzzles', {
      type: 'number',
      default: 0,
      coerce: wholeFrom('puzzles', 0),
      describe: 'Generated puzzles to ask each quantization (slow)',
    })
    .option('environment', {
      type: 'string',
      default: 'shared',
      choices: environmentSchema.options,
      describe:
        'Whether other processes compute on this machine, too. shared: what loses more beside one than it gains alone is not recommended. exclusive: that is only told',
    })
    .option('neighbour', {
      type: 'boolean',
      describe: 'Measure the recommendation beside one busy process, too (default: yes, where there is time)',
    })
    .option('sentinels', {
      type: 'boolean',
      default: true,
      describe: 'Watch the machine with small kernels around each trial of the race',
    })
    .option('bandwidth', { type: 'boolean', default: true, describe: 'Measure memory bandwidth first (about 10 s)' })
    .option('dry-run', {
      type: 'boolean',
      default: false,
      describe: 'Print what a sweep would do and how long it may take; load no model, measure nothing',
    })
    .option('sysroot', {
      type: 'string',
      describe: 'With --dry-run: a recorded machine, a folder with proc/ and sys/ or a capture',
    })
    .option('resume', { type: 'string', describe: 'Go on with an interrupted run folder' });
}

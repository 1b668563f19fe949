import type { Argv } from 'yargs';
import { GROUPS, seedOption } from '../sweep/options.js';

const JUDGING = 'Judging:';

const subjects = <T>(yargs: Argv<T>) => {
  const group = 'What is compared:';
  return yargs
    .option('baseline', { group, type: 'string', demandOption: true, describe: 'Profile that sets the expectation' })
    .option('candidate', {
      group,
      type: 'string',
      describe: 'Profile to judge',
      defaultDescription: 'the baseline itself',
    })
    .option('candidate-install', {
      group,
      type: 'string',
      describe: 'Folder of another r1-tune install whose engines the candidate runs on',
    })
    .option('model', { group, type: 'string', describe: 'Model file, when it lies elsewhere than the profile says' })
    .option('any-machine', {
      group,
      type: 'boolean',
      default: false,
      describe: 'Compare both here although the baseline is from another machine',
    });
};

const judging = <T>(yargs: Argv<T>) => {
  const group = JUDGING;
  return yargs
    .option('mode', {
      group,
      type: 'string',
      default: 'paired',
      choices: ['paired', 'stored', 'history', 'exact'] as const,
      describe:
        'paired: both now, in turn. stored: now against earlier gates. history: has the level of many builds fallen. exact: facts that do not wander',
    })
    .option('metric', {
      group,
      type: 'string',
      default: 'decode',
      describe: 'decode, prefill, ttft, itl, load, rss; several share the false-alarm rate',
    })
    .option('margin', { group, type: 'string', default: '5%', describe: 'The loss that matters' })
    .option('strict', { group, type: 'boolean', default: false, describe: 'Exit 4 when inconclusive' })
    .option('require-verdict', {
      group,
      type: 'boolean',
      default: false,
      describe: 'Exit 4 when there is neither PASS nor FAIL, also where the machine was unfit (else 3)',
    });
};

const keeping = <T>(yargs: Argv<T>) => {
  const group = 'Modes stored and history:';
  return yargs
    .option('store', {
      group,
      type: 'string',
      describe: 'The history, a JSON Lines file that only grows',
      defaultDescription: 'gate-history.jsonl in --home',
    })
    .option('merge', {
      group,
      type: 'string',
      array: true,
      describe: 'Other copies of it, for example of another job: what they know is taken over',
    })
    .option('commit', {
      group,
      type: 'string',
      describe: 'Commit that is measured',
      defaultDescription: 'what the CI system says',
    })
    .option('accept', {
      group,
      type: 'boolean',
      default: false,
      describe: 'From this measurement on, this level is the expectation',
    });
};

const measuring = <T>(yargs: Argv<T>) => {
  const group = GROUPS.measuring;
  return seedOption(yargs, group)
    .option('sentinels', {
      group,
      type: 'boolean',
      default: true,
      describe: 'Readings before and after each trial that show a disturbed machine (about 0.7 s)',
    })
    .option('fresh-copies', {
      group,
      type: 'boolean',
      default: true,
      describe:
        'Where the two have different model files: each trial on a copy made for it, so that no copy keeps its luck',
    })
    .option('inject-slowdown', {
      group,
      type: 'string',
      describe: 'For testing the gate: spin for this share of each decode step of the candidate',
    });
};

export const gateOptions = (yargs: Argv) => {
  const group = GROUPS.output;
  return measuring(keeping(judging(subjects(yargs))))
    .option('comment', { group, type: 'string', describe: 'Write a pull-request comment to this file' })
    .option('junit', { group, type: 'string', describe: 'Write JUnit XML to this file' })
    .option('results', { group, type: 'string', default: 'results', describe: 'Folder that holds the runs' })
    .option('out', { group, type: 'string', describe: 'Folder of this gate' })
    .option('json', { group, type: 'boolean', default: false, describe: 'Print gate.json' });
};

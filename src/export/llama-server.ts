import type { Candidate } from '../core/candidate.js';
import { R1Error } from '../core/errors.js';
import type { KnobId } from '../core/knobs.js';
import type { Profile } from '../core/profile.js';
import { shellWord } from '../core/shell-word.js';
import { provenanceLines } from './provenance.js';
import { comment, serviceName } from './quoting.js';
import { bindingPrefix } from './shell.js';
import { type Exporter, type ExportOptions, isLoopback } from './target.js';

type Flag = [words: string[], why: string];

/** Flags of llama.cpp's own server, for those who run upstream. */
export const llamaServerScript: Exporter = (profile, options) => {
  if (profile.candidate.backend !== 'llama-cpp')
    throw new R1Error(
      'USAGE',
      `The profile runs ${profile.candidate.backend}; llama-server runs llama-cpp profiles only.`,
      {
        fix: 'Use another --to, or sweep with --backend llama-cpp.',
      },
    );
  const { allocator, binding, replicas, flashAttention, threadPlacement } = profile.candidate;
  const prefix = bindingPrefix(binding).flatMap(({ words }) => words);
  const preload = allocator.path === null ? [] : ['env', `LD_PRELOAD=${allocator.path}`];
  const launch = ['exec', ...preload, ...prefix].map(shellWord).join(' ');
  const notes = [
    'r1-tune did not measure this server: check it with  r1-tune load --url http://…',
    ...(threadPlacement === undefined
      ? []
      : [
          'The profile places the threads of the engine apart. This server has a pool of its own: see its --cpu-mask and --cpu-strict.',
        ]),
    ...(replicas > 1
      ? [
          `The profile runs ${replicas} replicas; this is one: start ${replicas} on ports of their own behind a balancer.`,
        ]
      : []),
  ];
  const text = [
    '#!/bin/sh',
    ...[...provenanceLines(profile), ...notes].map((line) => comment(line)),
    'set -eu',
    `LLAMA_SERVER=\${LLAMA_SERVER:-llama-server}`,
    ...flags(profile, options).map(([words, why]) => `${comment(why)}\nset -- "$@" ${words.map(shellWord).join(' ')}`),
    flashAttentionLines(flashAttention),
    ...(isLoopback(options.host)
      ? []
      : [`${comment('Keys, one a line.')}\nset -- "$@" --api-key-file /etc/r1-tune/api-keys`]),
    `${launch} "$LLAMA_SERVER" "$@"`,
  ];
  return [{ name: `${serviceName(profile.name)}-llama-server.sh`, text: `${text.join('\n')}\n`, isExecutable: true }];
};

/** What has no flag: said by the launch line, by a note, or not a matter of this server. */
const elsewhere = (): Flag[] => [];

/** Its --prio takes the numbers of ggml_sched_priority. */
const PRIORITY_NUMBERS = { low: -1, medium: 1, high: 2, realtime: 3 } as const;

/** How this server is told of each knob. */
const KNOB_FLAGS: Record<KnobId, (candidate: Candidate) => Flag[]> = {
  backend: elsewhere,
  quant: elsewhere,
  sequences: ({ sequences }) => [[['-np', String(sequences)], 'Sequences decoded together.']],
  threads: ({ threads }) => [[['-t', String(threads)], 'Threads that decode.']],
  threadsBatch: ({ threads, threadsBatch }) => [[['-tb', String(threadsBatch ?? threads)], 'Threads that prefill.']],
  batch: ({ batch }) => [
    [['-b', String(batch), '-ub', String(batch)], 'Prefill batch; r1-tune measures with both equal.'],
  ],
  kvType: ({ kvType }) => [[['-ctk', kvType, '-ctv', kvType], 'Element type of the KV cache.']],
  mmap: ({ mmap }) => (mmap ? [] : [[['--no-mmap'], 'Weights read into memory instead of mapped.']]),
  mlock: ({ mlock }) => (mlock ? [[['--mlock'], 'Weights locked in RAM: needs `ulimit -l unlimited`.']] : []),
  // The launch line: taskset or numactl.
  binding: elsewhere,
  // The launch line: LD_PRELOAD.
  allocator: elsewhere,
  // Its own build decides.
  isa: elsewhere,
  // Asked of the program itself: flashAttentionLines.
  flashAttention: elsewhere,
  hugePages: elsewhere,
  poll: ({ poll }) => (poll === undefined ? [] : [[['--poll', String(poll)], 'How long idle threads spin.']]),
  priority: ({ priority }) =>
    priority === undefined
      ? []
      : [[['--prio', String(PRIORITY_NUMBERS[priority])], `Priority of its threads: ${priority}.`]],
  engineNuma: ({ engineNuma }) =>
    engineNuma === undefined ? [] : [[['--numa', engineNuma], 'How it spreads its threads over NUMA nodes.']],
  // Notes at the top.
  replicas: elsewhere,
  threadPlacement: elsewhere,
  // Knobs of ONNX Runtime.
  spinning: elsewhere,
  executionMode: elsewhere,
  arena: elsewhere,
  graphOptimization: elsewhere,
  // OpenVINO's.
  inferencePrecision: elsewhere,
  dynamicQuantization: elsewhere,
  hyperThreading: elsewhere,
  coreType: elsewhere,
  pinning: elsewhere,
};

function flags({ candidate, model, contextTokens }: Profile, options: ExportOptions): Flag[] {
  const { sequences } = candidate;
  return [
    [['-m', model.path], 'The model that was measured.'],
    [['--host', options.host, '--port', String(options.port)], 'Where it listens; its own default is port 8080.'],
    [
      ['-c', String(contextTokens * sequences)],
      `Context of ${contextTokens} tokens for each of ${sequences} sequence(s): -c is their sum.`,
    ],
    ...Object.values(KNOB_FLAGS).flatMap((flagsOf) => flagsOf(candidate)),
  ];
}

/** -fa was a bare switch until llama.cpp took on, off and auto (pull request 15434, August 2025): ask the program itself. */
const flashAttentionLines = (isOn: boolean): string =>
  [
    comment(`Flash attention ${isOn ? 'on' : 'off'}; older builds know only the bare switch.`),
    `if "$LLAMA_SERVER" --help 2>&1 | grep -q 'flash-attn.*auto'; then`,
    `  set -- "$@" -fa ${isOn ? 'on' : 'off'}`,
    ...(isOn ? ['else', '  set -- "$@" -fa'] : []),
    'fi',
  ].join('\n');

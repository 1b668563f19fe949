import { BACKENDS, type Backend } from '../core/backends.js';
import type { Profile } from '../core/profile.js';
import { shellWord } from '../core/shell-word.js';
import { type ContainerPlan, containerPlan, profileText } from './container-profile.js';
import { provenanceLines } from './provenance.js';
import { comment, serviceName } from './quoting.js';
import { isRealTime, REAL_TIME, RTPRIO } from './real-time.js';
import { memoryNeed } from './sizing.js';
import {
  ANY_HOST,
  DRAIN_SECONDS,
  type Exporter,
  type ExportOptions,
  KEYS_NAME,
  MODEL_MOUNT,
  serveArguments,
} from './target.js';

export const CONTAINER_PROFILE = '/etc/r1-tune/profile.json';
/** Any number that is nobody on the host. */
export const CONTAINER_USER = 10001;

/** An image, the profile as it reads inside, and a script that builds and runs it. */
export const dockerFiles: Exporter = (profile, options) => {
  const plan = containerPlan(profile);
  return [
    { name: 'Dockerfile', text: dockerfile(profile, plan) },
    { name: 'profile.json', text: profileText(plan.profile) },
    { name: 'run.sh', text: runScript(profile, plan, options), isExecutable: true },
  ];
};

export function dockerfile(profile: Profile, { allocatorPackage }: ContainerPlan): string {
  const version = profile.provenance.versions['r1-tune'] ?? 'latest';
  const engine = pythonEngine(profile);
  const packages = [allocatorPackage ?? 'tini', ...engine.packages, 'util-linux'];
  return [
    ...provenanceLines(profile).map((line) => comment(line)),
    comment('A glibc image: the engines ship prebuilt for glibc. Debian 12, for the paths of its allocators.'),
    'FROM node:22-bookworm-slim',
    ...(allocatorPackage === null ? [] : [comment(`${allocatorPackage}: the allocator that was measured.`)]),
    `RUN apt-get update && apt-get install -y --no-install-recommends ${packages.join(' ')} && rm -rf /var/lib/apt/lists/*`,
    comment('The version that made the profile, without the engine builds that a CPU never loads: 0.7 GB less.'),
    `RUN ${install(version, profile.candidate.backend, engine.commands).join(' && ')}`,
    comment('The profile as it reads inside: binding left to the container, model and allocator at their places here.'),
    `COPY --chmod=0444 profile.json ${CONTAINER_PROFILE}`,
    comment('Not root, and no user of the host.'),
    `USER ${CONTAINER_USER}:${CONTAINER_USER}`,
    'ENV NODE_ENV=production R1TUNE_HOME=/tmp/r1-tune',
    'ENTRYPOINT ["r1-tune"]',
    '',
  ].join('\n');
}

/** Python packages with an engine that npm does not have. */
const PYTHON_PACKAGES: Record<Backend, string | null> = {
  'llama-cpp': null,
  onnx: null,
  openvino: 'openvino',
  fake: null,
};

/** Packages of Debian and commands that bring such an engine, in the release that was measured. */
function pythonEngine({ candidate, provenance }: Profile): { packages: string[]; commands: string[] } {
  const name = PYTHON_PACKAGES[candidate.backend];
  if (name === null) return { packages: [], commands: [] };
  const release = /\b\d+\.\d+\.\d+/.exec(provenance.engine ?? '')?.[0];
  const wheel = shellWord(release === undefined ? name : `${name}==${release}`);
  return {
    packages: ['python3-pip'],
    commands: [`pip install --break-system-packages --no-cache-dir --no-deps ${wheel}`],
  };
}

/** One layer: what slim removes and npm's cache must not stay behind in an earlier one. */
const install = (version: string, backend: Backend, commands: readonly string[]): string[] => [
  `npm install --global --omit=dev ${shellWord(`r1-tune@${version}`)}`,
  ...(BACKENDS[backend].isAdded ? [`r1-tune engines add ${backend}`] : []),
  ...commands,
  'r1-tune engines slim --quiet',
  'npm cache clean --force',
];

/** Settings of `docker run`, each with why. */
function runFlags(profile: Profile, { modelFolder }: ContainerPlan, options: ExportOptions): [string[], string][] {
  const { binding, mlock } = profile.candidate;
  const memory = memoryNeed(profile);
  return [
    [['--name', serviceName(profile.name)], ''],
    ...placement(binding),
    [
      ['--memory', `${memory.mebibytes}m`, '--memory-swap', `${memory.mebibytes}m`],
      `${memory.reason} Equal limits: no swap.`,
    ],
    ...(mlock
      ? ([[['--ulimit', 'memlock=-1:-1'], 'The profile locks the weights in RAM.']] as [string[], string][])
      : []),
    ...(isRealTime(profile.candidate)
      ? ([[['--ulimit', `rtprio=${RTPRIO}:${RTPRIO}`], REAL_TIME]] as [string[], string][])
      : []),
    [['--ulimit', 'nofile=65536:65536'], 'A file descriptor for every open stream.'],
    [['--publish', `${options.host}:${options.port}:${options.port}`], 'Reachable only where you said.'],
    [
      ['--mount', `type=bind,${mountField('source', modelFolder)},target=${MODEL_MOUNT},readonly`],
      'The model, read-only.',
    ],
    [
      ['--mount', `type=bind,source=/etc/r1-tune/${KEYS_NAME},target=/run/secrets/${KEYS_NAME},readonly`],
      'Keys, one a line, in a file.',
    ],
    [['--read-only', '--tmpfs', '/tmp'], 'Nothing else can be written.'],
    [['--cap-drop', 'ALL', '--security-opt', 'no-new-privileges'], ''],
    [['--init'], 'Reaps processes and passes signals on.'],
    [
      ['--stop-timeout', String(DRAIN_SECONDS + 30)],
      `Longer than the ${DRAIN_SECONDS} s that running answers may take.`,
    ],
    [['--restart', 'on-failure'], ''],
  ];
}

/** --mount is a line of CSV: a comma in a path must be quoted. */
const mountField = (name: string, value: string): string =>
  /[",]/.test(value) ? `"${name}=${value.replaceAll('"', '""')}"` : `${name}=${value}`;

/** The container's CPU and memory sets stand in for taskset and numactl, which need rights inside. */
function placement({ name, cpus, memory }: Profile['candidate']['binding']): [string[], string][] {
  return [
    ...(cpus === null
      ? []
      : ([[['--cpuset-cpus', cpus], `Binding "${name}": the CPUs that were measured.`]] as [string[], string][])),
    ...(memory?.nodes == null
      ? []
      : ([
          [
            ['--cpuset-mems', memory.nodes],
            memory.policy === 'bind'
              ? 'The memory nodes that were measured.'
              : `The memory nodes that were measured; a container cannot be given the policy ${memory.policy}, so speed may differ.`,
          ],
        ] as [string[], string][])),
  ];
}

function runScript(profile: Profile, plan: ContainerPlan, options: ExportOptions): string {
  const keysFile = `/run/secrets/${KEYS_NAME}`;
  const serve = serveArguments({ ...options, profilePath: CONTAINER_PROFILE, host: ANY_HOST, keysFile });
  const flags = runFlags(profile, plan, options);
  return [
    '#!/bin/sh',
    ...provenanceLines(profile).map((line) => comment(line)),
    'set -eu',
    `docker build --tag ${shellWord(options.image)} "$(dirname "$0")"`,
    ...flags.map(([words, why]) => `${why ? `${comment(why)}\n` : ''}set -- "$@" ${words.map(shellWord).join(' ')}`),
    `exec docker run "$@" ${shellWord(options.image)} ${serve.map(shellWord).join(' ')}`,
    '',
  ].join('\n');
}

import { shortHash } from '../../core/canonical.js';
import { tryParseCpuList } from '../../core/cpu-list.js';
import type { Profile } from '../../core/profile.js';
import { visible } from '../texts/safe-name.js';

export type ProfileProblem = { severity: 'error' | 'warning'; message: string; fix: string };

/** What this machine has, as far as a profile asks for it. */
export type Surroundings = {
  /** Size of the model file in bytes; null when it is not there. */
  modelBytes: number | null;
  hasAllocator: boolean;
  allowedCpus: readonly number[];
  hard: Readonly<Record<string, unknown>>;
  soft: Readonly<Record<string, unknown>>;
};

/** What would keep a sound profile from being served here, or from reaching its numbers. */
export function profileProblems(profile: Profile, here: Surroundings): ProfileProblem[] {
  return [
    ...modelProblems(profile, here),
    ...allocatorProblems(profile, here),
    ...cpuProblems(profile, here),
    ...machineProblems(profile, here),
  ];
}

const error = (message: string, fix: string): ProfileProblem => ({ severity: 'error', message, fix });
const warning = (message: string, fix: string): ProfileProblem => ({ severity: 'warning', message, fix });

function modelProblems({ model }: Profile, { modelBytes }: Surroundings): ProfileProblem[] {
  if (modelBytes === null)
    return [error(`The model file ${model.path} is not here.`, 'Bring it here, or serve with --model FILE.')];
  if (model.format === 'gguf' && modelBytes !== model.sizeBytes)
    return [
      error(
        `The model file has ${modelBytes} bytes, not ${model.sizeBytes}: it is another file.`,
        'Bring the file that was measured.',
      ),
    ];
  return model.weights === 'random'
    ? [
        warning(
          'The weights are random: the text will be noise.',
          'Serve real weights of the same geometry with --model FILE.',
        ),
      ]
    : [];
}

function allocatorProblems({ candidate: { allocator } }: Profile, { hasAllocator }: Surroundings): ProfileProblem[] {
  if (allocator.path === null || hasAllocator) return [];
  return [
    error(
      `The allocator ${allocator.name} is not at ${allocator.path}.`,
      `Install ${allocator.name}, or sweep again here.`,
    ),
  ];
}

function cpuProblems({ candidate }: Profile, { allowedCpus }: Surroundings): ProfileProblem[] {
  const { binding, threads, threadsBatch, replicas } = candidate;
  const missing = (tryParseCpuList(binding.cpus ?? '') ?? []).filter((cpu) => !allowedCpus.includes(cpu));
  const busy = Math.max(threads, threadsBatch ?? threads) * replicas;
  return [
    ...(missing.length
      ? [
          error(
            `The binding asks for CPUs that may not be used here: ${missing.join(',')}.`,
            'Sweep again on this machine.',
          ),
        ]
      : []),
    ...(busy > allowedCpus.length
      ? [
          warning(
            `It runs ${busy} threads; ${allowedCpus.length} CPUs may be used here.`,
            'Sweep again on this machine.',
          ),
        ]
      : []),
  ];
}

function machineProblems({ machine }: Profile, here: Surroundings): ProfileProblem[] {
  const differing = (before: Record<string, unknown>, now: Readonly<Record<string, unknown>>): string[] =>
    Object.keys(before)
      .filter((field) => shortHash(before[field]) !== shortHash(now[field]))
      .map((field) => `${field} was ${before[field]}, is ${now[field]}`);
  return [
    ...differing(machine.hard, here.hard).map((what) =>
      warning(`Another machine: ${what}.`, 'The expected numbers do not hold here: sweep again.'),
    ),
    ...differing(machine.soft, here.soft).map((what) =>
      warning(`Changed since: ${what}.`, 'Speed may differ a little.'),
    ),
  ];
}

/** The findings for people, worst first. */
export function problemsText(profile: Profile, problems: readonly ProfileProblem[]): string {
  const sorted = [...problems].sort((a, b) => (a.severity < b.severity ? -1 : a.severity > b.severity ? 1 : 0));
  const lines = sorted.map(({ severity, message, fix }) => `  ${severity}: ${message} ${fix}`);
  const head = `${profile.name}: a sound profile of version ${profile.schemaVersion}`;
  return visible(
    `${[lines.length ? `${head}, but` : `${head}, and everything it needs is here.`, ...lines].join('\n')}\n`,
  );
}

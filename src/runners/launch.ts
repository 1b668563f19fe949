import { type ChildProcess, spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import type { Candidate } from '../core/candidate.js';
import type { Effective, Measurement } from '../core/outcome.js';
import { boundCommand } from './binding.js';
import type { ChildEnd, ChildReport } from './child-end.js';
import { classifyEnd, type Verdict } from './classify.js';
import { childMessageSchema, type TrialRequest } from './protocol.js';
import { toMeasurement } from './to-measurement.js';

/** What a child must not inherit from the person's shell: it would be a knob that nobody recorded. */
const FOREIGN_KNOBS = /^(LD_PRELOAD|GLIBC_TUNABLES|MALLOC_|GGML_|LLAMA_|OMP_|KMP_|GOMP_|NODE_OPTIONS$)/;

export type LaunchOptions = {
  /** Environment of the parent, from the Host port. */
  env: Readonly<Record<string, string>>;
  /** Variables that the trial is about, added to it. */
  environment?: Readonly<Record<string, string>>;
  /** Whole life of a trial, ms; then its process group is killed. */
  deadlineMs: number;
  signal?: AbortSignal;
  /** The program to start; the default is the trial child. */
  entry?: string;
  /** Called when the engine is loaded and before anything is measured, which waits for it. */
  beforeMeasuring?: (effective: Effective) => Promise<void>;
  /** Resolves when every replica of the trial has come to the meeting place at which this one waits. */
  meet?: () => Promise<void>;
};

const CHILD = fileURLToPath(new URL('./child.js', import.meta.url));

export function childEnvironment(
  env: Readonly<Record<string, string>>,
  added: Record<string, string>,
): Record<string, string> {
  return { ...Object.fromEntries(Object.entries(env).filter(([name]) => !FOREIGN_KNOBS.test(name))), ...added };
}

/**
 * Starts a Node program under a candidate's binding and allocator with an IPC channel, in a process group of its own.
 * For long-lived workers; trials use `runTrial`. Messages are JSON, which costs less a token than structured clones.
 */
export function spawnBound(
  candidate: Candidate,
  entry: string,
  env: Readonly<Record<string, string>>,
  nodeArgs: string[] = [],
): ChildProcess {
  const command = boundCommand(candidate, process.execPath, nodeArgs, entry);
  return spawn(command.file, command.args, {
    env: childEnvironment(env, command.env),
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    detached: process.platform !== 'win32',
  });
}

function killGroup(pid: number | undefined): void {
  if (pid === undefined) return;
  try {
    if (process.platform === 'win32') process.kill(pid, 'SIGKILL');
    else process.kill(-pid, 'SIGKILL');
  } catch {
    // Already gone.
  }
}

type Child = ReturnType<typeof startChild>;

/** A parent that cannot prepare the place of the measurement has no trial: the child is killed and the reason kept. */
function startMeasuring(
  child: Child,
  report: ChildReport,
  prepare: NonNullable<LaunchOptions['beforeMeasuring']>,
): void {
  prepare(report.effective!).then(
    () => child.send({ type: 'go' }, () => {}),
    (error: Error) => {
      report.refused = { code: (error as { code?: string }).code ?? 'INTERNAL', message: error.message };
      killGroup(child.pid);
    },
  );
}

function listen(child: Child, request: TrialRequest, options: LaunchOptions, report: ChildReport): void {
  const waitsForGo = options.beforeMeasuring !== undefined;
  child.on('message', (raw: unknown) => {
    const parsed = childMessageSchema.safeParse(raw);
    if (!parsed.success) return;
    const message = parsed.data;
    if (message.type === 'ready') child.send({ type: 'start', request: { ...request, waitsForGo } }, () => {});
    if (message.type === 'phase') report.phase = message.phase;
    if (message.type === 'effective') report.effective = message.effective;
    if (message.type === 'effective' && options.beforeMeasuring) startMeasuring(child, report, options.beforeMeasuring);
    if (message.type === 'waiting') void options.meet?.().then(() => child.send({ type: 'go' }, () => {}));
    if (message.type === 'refused') report.refused = { code: message.code, message: message.message };
    if (message.type === 'done') Object.assign(report, { done: message, effective: message.effective });
  });
}

function startChild(request: TrialRequest, options: LaunchOptions) {
  const command = boundCommand(request.candidate, process.execPath, [], options.entry ?? CHILD);
  return execa(command.file, command.args, {
    env: childEnvironment(options.env, { ...command.env, ...options.environment }),
    extendEnv: false,
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    serialization: 'advanced',
    reject: false,
    detached: process.platform !== 'win32',
    // A buffer has a limit, and execa ends a child that goes beyond it: a talkative library would be taken for a crash.
    buffer: false,
    cleanup: true,
  });
}

const STDERR_KEPT = 1 << 16;

function keepStderr(child: ReturnType<typeof startChild>, end: ChildEnd): void {
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    end.stderr = (end.stderr + text).slice(-STDERR_KEPT);
  });
}

export type ChildEnded = { report: ChildReport; end: ChildEnd; verdict: Verdict };

/** Starts one trial child, hears it to its end, and says how that was. Never throws for anything the child does. */
export async function launchChild(request: TrialRequest, options: LaunchOptions): Promise<ChildEnded> {
  const report: ChildReport = { phase: 'starting', effective: null, refused: null, done: null };
  const end: ChildEnd = { timedOut: false, aborted: false, spawnError: null, exitCode: null, signal: null, stderr: '' };
  const child = startChild(request, options);
  const timer = setTimeout(() => {
    end.timedOut = true;
    killGroup(child.pid);
  }, options.deadlineMs);
  const onAbort = (): void => {
    end.aborted = true;
    killGroup(child.pid);
  };
  options.signal?.addEventListener('abort', onAbort, { once: true });
  if (options.signal?.aborted) onAbort();
  listen(child, request, options, report);
  keepStderr(child, end);
  const result = await child;
  clearTimeout(timer);
  options.signal?.removeEventListener('abort', onAbort);
  // A wrapper such as numactl may leave the group alive after it ended itself.
  killGroup(child.pid);
  Object.assign(end, {
    spawnError:
      result.failed && result.exitCode === undefined && result.signal === undefined
        ? (result.shortMessage ?? '')
        : null,
    exitCode: result.exitCode ?? null,
    signal: result.signal ?? null,
  });
  return { report, end, verdict: classifyEnd(request, report, end) };
}

/** Runs one trial in one fresh process. */
export async function runTrial(request: TrialRequest, options: LaunchOptions): Promise<Measurement> {
  const { report, end, verdict } = await launchChild(request, options);
  return toMeasurement(request, report, end, verdict);
}

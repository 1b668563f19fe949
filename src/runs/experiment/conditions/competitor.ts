import { type ChildProcess, spawn } from 'node:child_process';

/** Another process beside the measured one: so many of them, one busy thread each. */
export type Competitors = { pids: number[]; stop(): Promise<void> };

/** Counts for ever; looks up now and then whether its parent is still there. */
const BUSY = `
  const parent = process.ppid;
  process.stdout.write('.');
  for (;;) {
    const until = Date.now() + 100;
    while (Date.now() < until);
    if (process.ppid !== parent) process.exit();
  }`;

const isRunning = (child: ChildProcess): Promise<unknown> =>
  new Promise((resolve, reject) => {
    child.stdout!.once('data', resolve);
    child.once('error', reject);
    child.once('exit', () => reject(new Error('A competing process ended by itself.')));
  });

const end = (child: ChildProcess): Promise<void> =>
  new Promise((resolve) => {
    if (child.exitCode !== null || child.signalCode !== null) return resolve();
    child.once('exit', () => resolve());
    child.kill('SIGKILL');
  });

/** Starts busy processes and resolves when all of them run. */
export async function startCompetitors(count: number): Promise<Competitors> {
  const children = Array.from({ length: count }, () =>
    spawn(process.execPath, ['-e', BUSY], { stdio: ['ignore', 'pipe', 'ignore'] }),
  );
  const stop = async (): Promise<void> => void (await Promise.all(children.map(end)));
  try {
    await Promise.all(children.map(isRunning));
  } catch (error) {
    await stop();
    throw error;
  }
  return { pids: children.map((child) => child.pid!), stop };
}

import { spawnSync } from 'node:child_process';
import { readFileSync, readlinkSync } from 'node:fs';
import { parentPort, workerData } from 'node:worker_threads';
import type { ReaderReply, ReaderRequest, ReaderSetup, Streams } from './reader-protocol.js';

/** Entry of one reading thread: pins itself, fills memory of its own, then reads it whenever it is asked. */

const { barrier, readers, bytes, pin } = workerData as ReaderSetup;
const gate = new Int32Array(barrier);
const NAP = new Int32Array(new SharedArrayBuffer(4));
/** About a millisecond. */
const LOOKS = 200_000;
const PAGE = 65536;
type Kernel = (base: number, bytes: number) => bigint;
type Exports = { memory: { buffer: ArrayBuffer; grow(pages: number): number } } & Record<`read${Streams}`, Kernel>;
/** The part of the global that is used; the types of Node do not declare it. */
declare const WebAssembly: {
  Module: new (bytes: Uint8Array) => object;
  Instance: new (module: object) => { exports: unknown };
};

function start(): void {
  const isPinned = pin !== null && pinThread(pin.taskset, pin.cpu);
  const kernels = instantiate();
  reply({ kind: 'ready', isPinned });
  parentPort!.on('message', ({ streams, passes, sweeps }: ReaderRequest) => {
    reply(readPasses(kernels[`read${streams}`], passes, sweeps));
  });
}

/** The thread id comes from /proc/thread-self, so that only this worker is bound and not the whole process. */
function pinThread(taskset: string, cpu: number): boolean {
  try {
    const thread = readlinkSync('/proc/thread-self').split('/').at(-1)!;
    spawnSync(taskset, ['-pc', String(cpu), thread], { stdio: 'ignore' });
    return /^Cpus_allowed_list:\s*(\S+)/m.exec(readFileSync('/proc/thread-self/status', 'utf8'))?.[1] === String(cpu);
  } catch {
    return false;
  }
}

/** The fill is the first touch: it places the pages near the CPU this thread runs on. */
function instantiate(): Exports {
  const module = new WebAssembly.Module(readFileSync(new URL('./read-kernel.wasm', import.meta.url)));
  const exports = new WebAssembly.Instance(module).exports as Exports;
  exports.memory.grow(Math.ceil(bytes / PAGE) - 1);
  new Uint8Array(exports.memory.buffer, 0, bytes).fill(3);
  return exports;
}

function readPasses(kernel: Kernel, passes: number, sweeps: number): ReaderReply {
  const startsNs: number[] = [];
  const endsNs: number[] = [];
  const cpuBefore = threadCpuNs();
  for (let pass = 0; pass < passes; pass++) {
    meet();
    startsNs.push(Number(process.hrtime.bigint()));
    for (let sweep = 0; sweep < sweeps; sweep++) kernel(0, bytes);
    endsNs.push(Number(process.hrtime.bigint()));
  }
  const cpuAfter = threadCpuNs();
  const onCpuNs = cpuBefore === null || cpuAfter === null ? null : cpuAfter - cpuBefore;
  return { kind: 'passes', startsNs, endsNs, onCpuNs };
}

/**
 * All readers start a pass together: the last to arrive opens the gate. The others look for it without sleeping at
 * first, because waking up takes a good part of a short pass.
 */
function meet(): void {
  const generation = Atomics.load(gate, 1);
  if (Atomics.add(gate, 0, 1) === readers - 1) {
    Atomics.store(gate, 0, 0);
    Atomics.add(gate, 1, 1);
    Atomics.notify(gate, 1);
    return;
  }
  for (let look = 0; look < LOOKS && Atomics.load(gate, 1) === generation; look++);
  while (Atomics.load(gate, 1) === generation) Atomics.wait(gate, 1, generation, 1);
}

/**
 * First number of schedstat: nanoseconds this thread has run. The kernel brings it up to date when the thread sleeps and
 * at ticks, up to 10 ms apart, which is longer than a pass: so it sleeps for a moment first.
 */
function threadCpuNs(): number | null {
  Atomics.wait(NAP, 0, 0, 0.1);
  try {
    return Number(readFileSync('/proc/thread-self/schedstat', 'utf8').split(' ')[0]);
  } catch {
    return null;
  }
}

const reply = (message: ReaderReply): void => parentPort!.postMessage(message);

try {
  start();
} catch (error) {
  reply({ kind: 'failed', message: error instanceof Error ? error.message : String(error) });
}

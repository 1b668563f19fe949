import { readdirSync } from 'node:fs';
import { formatCpuList, parseCpuList } from '../../../core/cpu-list.js';
import type { ThreadCpus } from '../../../core/engine.js';
import { R1Error } from '../../../core/errors.js';
import { cpuSet, openAffinity } from '../../affinity.js';
import { allowedCpusOf } from '../../effective.js';
import { importKoffi } from '../../koffi.js';

/** No less than sizeof(pthread_attr_t) of glibc, which is 56 on x86-64 and 64 on arm64. */
const ATTRIBUTES_BYTES = 128;
/** Calls at once: each wakes an idle worker of libuv, whose number (4, unless UV_THREADPOOL_SIZE says otherwise) nobody tells. */
const CALLS = 16;
/** All workers are reached when so many rounds of calls found no new one; the first round usually finds all. */
const QUIET_ROUNDS = 5;

const threadsOn = (cpus: string): number =>
  readdirSync('/proc/self/task').filter((id) => allowedCpusOf(id) === cpus).length;

const refused = (why: string): R1Error =>
  new R1Error('NOT_PERMITTED', `The threads cannot be placed apart: ${why}.`, {
    fix: 'Use --thread-placement none, or a profile without it.',
  });

async function openLibc() {
  try {
    const libc = (await importKoffi()).load(null);
    return {
      ...(await openAffinity()),
      initialise: libc.func('int pthread_attr_init(void *)'),
      setCpus: libc.func('int pthread_attr_setaffinity_np(void *, size_t, void *)'),
      setDefault: libc.func('int pthread_setattr_default_np(void *)'),
    };
  } catch (cause) {
    throw refused(`this C library has no default thread attributes (${(cause as Error).message})`);
  }
}

/**
 * Gives the thread that drives llama.cpp's evaluations the first CPU this process may use, and the threads it starts the
 * others.
 *
 * Without a pool of its own, and node-llama-cpp gives it none, llama.cpp starts its helpers anew for every token. Linux
 * puts a new thread on the CPU of its creator unless another one is idle at that moment, and the event loop that has just
 * asked for the token often keeps the other one busy. Both threads then share a CPU, spinning at each other's barriers,
 * until the next load balancing, ticks of 4 ms later. Helpers inherit glibc's default thread attributes
 * (pthread_setattr_default_np(3)), which may hold CPUs. The driver is one of libuv's workers: all of them are bound, each by a
 * call that runs on it. So is the event loop: it and the driver work by turns, and whoever it wakes may have the other CPUs.
 *
 * Throws NOT_PERMITTED where there is one CPU only, or another C library.
 */
export async function placeThreadsApart(): Promise<ThreadCpus> {
  const [first, ...others] = parseCpuList(allowedCpusOf() ?? '');
  if (first === undefined || others.length === 0) throw refused('this process may use one CPU only');
  const libc = await openLibc();
  const attributes = Buffer.alloc(ATTRIBUTES_BYTES);
  const othersSet = cpuSet(others);
  const failed = [
    libc.initialise(attributes),
    libc.setCpus(attributes, othersSet.length, othersSet),
    libc.setDefault(attributes),
  ].find((code) => code !== 0);
  if (failed !== undefined) throw refused(`the C library refused with error ${failed}`);

  let bound = 0;
  for (let quiet = 0; quiet < QUIET_ROUNDS; quiet++) {
    await Promise.all(Array.from({ length: CALLS }, () => libc.bindPoolWorker([first])));
    const now = threadsOn(String(first));
    if (now > bound) quiet = 0;
    bound = now;
  }
  if (bound === 0) throw refused("the kernel bound none of libuv's workers");
  libc.bindEventLoop([first]);
  return { first: String(first), others: formatCpuList(others) };
}

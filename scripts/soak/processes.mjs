/** What /proc says of a server and its workers. */

import { readdirSync, readFileSync } from 'node:fs';

const attempt = (read, otherwise) => {
  try {
    return read();
  } catch {
    return otherwise;
  }
};

export const isAlive = (pid) => attempt(() => !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8')), false);

export const childrenOf = (pid) =>
  attempt(() => readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8'), '')
    .split(' ')
    .filter(Boolean)
    .map(Number);

const rssMiB = (pid) =>
  attempt(() => Number(/^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))[1]) / 1024, 0);

const descriptors = (pid) => attempt(() => readdirSync(`/proc/${pid}/fd`).length, 0);

/** RSS in MiB and open descriptors of the supervisor and of all workers together. */
export function sample(pid) {
  const workers = childrenOf(pid);
  const sum = (numbers) => numbers.reduce((a, b) => a + b, 0);
  return {
    workers,
    supervisorMiB: rssMiB(pid),
    workersMiB: sum(workers.map(rssMiB)),
    supervisorFds: descriptors(pid),
    workerFds: sum(workers.map(descriptors)),
  };
}

import { availableParallelism } from 'node:os';

const isGlibc = 'glibcVersionRuntime' in (process.report.getReport() as { header: object }).header;

/** Whether --thread-placement apart works on this machine. */
export const canPlaceThreads = isGlibc && availableParallelism() > 1;

if (!canPlaceThreads) console.warn('SKIPPED: threads cannot be placed here (they need Linux, glibc and two CPUs).');

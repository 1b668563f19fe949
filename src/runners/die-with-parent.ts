import { prctl } from './prctl.js';

/** prctl(2): PR_SET_PDEATHSIG. */
const PR_SET_PDEATHSIG = 1;
const SIGKILL = 9;

/**
 * On Linux the kernel ends this process when its parent is gone. A closed IPC channel says so too, but only to an event
 * loop that no native call holds.
 */
export async function dieWithParent(): Promise<void> {
  if (process.platform === 'linux') await prctl(PR_SET_PDEATHSIG, SIGKILL);
}

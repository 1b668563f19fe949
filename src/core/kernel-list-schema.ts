import * as z from 'zod';
import { tryParseCpuList } from './cpu-list.js';

/** No kernel has more CPUs (CONFIG_NR_CPUS of Linux) or memory nodes. */
const MOST_IDS = 8192;

const isKernelList = (text: string): boolean => {
  const ids = tryParseCpuList(text);
  return ids !== undefined && ids.length > 0 && ids.at(-1)! < MOST_IDS;
};

/** A list of CPUs or memory nodes in a document: at least one id, written as the kernel writes lists. */
export const kernelListSchema = z
  .string()
  .regex(/^[\d,:/-]+$/, 'expected a list such as 0-3,8')
  .refine(isKernelList, 'expected a list of ids below 8192, such as 0-3,8');

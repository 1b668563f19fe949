import { exit, stderr } from 'node:process';
import { importKoffi } from '../../runners/koffi.js';

/** The program that tries one native part, named by its argument, in a process that may die of it. */
const PARTS: Record<string, () => Promise<void>> = {
  koffi: async () => {
    const koffi = await importKoffi();
    if (koffi.sizeof('int64') !== 8) throw new Error('koffi gave a wrong size');
  },
  canvas: async () => {
    const { createCanvas } = await import('@napi-rs/canvas');
    if (createCanvas(8, 8).toBuffer('image/png').length === 0) throw new Error('an empty picture was drawn');
  },
};

try {
  await PARTS[process.argv[2]!]!();
  exit(0);
} catch (error) {
  stderr.write((error as Error).message);
  exit(1);
}

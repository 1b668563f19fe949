import { accessSync, constants, readFileSync, writeFileSync } from 'node:fs';

const FILE = '/proc/sys/vm/swappiness';

/** Why vm.swappiness cannot be set here, or null. It is a setting of the whole machine: only on request. */
export function swappinessFault(allowsMachineChanges: boolean): string | null {
  if (!allowsMachineChanges) return 'vm.swappiness is a setting of the whole machine: --allow-machine-changes sets it.';
  try {
    accessSync(FILE, constants.W_OK);
    return null;
  } catch {
    return 'vm.swappiness can be set by root only.';
  }
}

/** Sets vm.swappiness and returns what puts it back. */
export function setSwappiness(value: number): () => void {
  const before = readFileSync(FILE, 'utf8').trim();
  writeFileSync(FILE, String(value));
  return () => writeFileSync(FILE, before);
}

import { tryParseCpuList, tryParseCpuMap } from '../../core/cpu-list.js';
import type { Host } from '../../core/ports.js';

/**
 * The CPUs that share something with `cpu`, from a folder that holds them as a mask and as a list. A kernel writes both
 * alike. Recordings edited by hand may agree with themselves in one only, mostly the mask, which older tools read: where
 * they differ, the mask holds if another of its members confirms it.
 */
export function sharedSet(
  host: Host,
  cpu: number,
  folderOf: (cpu: number) => string,
  names: { map: string; list: string },
): number[] | undefined {
  const listed = nonEmpty(tryParseCpuList(host.read(`${folderOf(cpu)}/${names.list}`) ?? ''));
  const mapped = readMap(host, `${folderOf(cpu)}/${names.map}`);
  if (!mapped || !listed || isSame(mapped, listed)) return listed ?? mapped;
  const witness = mapped.find((id) => id !== cpu);
  const isConfirmed = witness === undefined || isSame(mapped, readMap(host, `${folderOf(witness)}/${names.map}`) ?? []);
  return isConfirmed ? mapped : listed;
}

const readMap = (host: Host, path: string): number[] | undefined => nonEmpty(tryParseCpuMap(host.read(path) ?? ''));
const nonEmpty = (ids: number[] | undefined): number[] | undefined => (ids && ids.length > 0 ? ids : undefined);
const isSame = (a: number[], b: number[]): boolean => a.length === b.length && a.every((id, index) => id === b[index]);

/** A queue that serves tenants in turn, so that one with many requests does not starve the others. */
export type FairQueue<T> = {
  push(tenant: string, item: T): void;
  /** For an item that had its turn and lost its worker: it goes before all others. */
  pushFront(item: T): void;
  /** Takes the first item that can go now; undefined when none can. */
  take(canGo: (item: T) => boolean): T | undefined;
  remove(item: T): boolean;
  items(): T[];
  readonly size: number;
};

export function createFairQueue<T>(): FairQueue<T> {
  const front: T[] = [];
  /** In order of turn: the tenant served last stands at the end. */
  const lines = new Map<string, T[]>();

  const takeFrom = (line: T[], canGo: (item: T) => boolean): T | undefined =>
    line[0] !== undefined && canGo(line[0]) ? line.shift() : undefined;
  return {
    get size() {
      return front.length + [...lines.values()].reduce((sum, line) => sum + line.length, 0);
    },
    items: () => [...front, ...[...lines.values()].flat()],
    push(tenant, item) {
      const line = lines.get(tenant);
      if (line) line.push(item);
      else lines.set(tenant, [item]);
    },
    pushFront: (item) => front.unshift(item),
    take(canGo) {
      const urgent = takeFrom(front, canGo);
      if (urgent !== undefined) return urgent;
      for (const [tenant, line] of lines) {
        const item = takeFrom(line, canGo);
        if (item === undefined) continue;
        lines.delete(tenant);
        if (line.length > 0) lines.set(tenant, line);
        return item;
      }
      return undefined;
    },
    remove(item) {
      for (const [tenant, line] of [['', front] as const, ...lines]) {
        const at = line.indexOf(item);
        if (at < 0) continue;
        line.splice(at, 1);
        if (line !== front && line.length === 0) lines.delete(tenant);
        return true;
      }
      return false;
    },
  };
}

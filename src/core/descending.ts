type Floats = Float32Array | Float64Array;

/** Ids from the largest value down. A heap, since callers mostly stop after a few of 150,000. Reorders `ids`. */
export function* descending(values: Floats, ids: Int32Array): Generator<number, undefined> {
  for (let i = (ids.length >> 1) - 1; i >= 0; i--) sink(values, ids, i, ids.length);
  for (let size = ids.length; size > 0; size--) {
    yield ids[0]!;
    ids[0] = ids[size - 1]!;
    sink(values, ids, 0, size - 1);
  }
  return undefined;
}

/** Moves the id at `from` down until no child has a larger value, or an equal one and a lower id. */
function sink(values: Floats, heap: Int32Array, from: number, size: number): void {
  const id = heap[from]!;
  const value = values[id]!;
  let at = from;
  for (let child = 2 * at + 1; child < size; child = 2 * at + 1) {
    const other = child + 1;
    if (other < size && isBefore(values, heap[other]!, heap[child]!)) child = other;
    const below = values[heap[child]!]!;
    if (below < value || (below === value && heap[child]! > id)) break;
    heap[at] = heap[child]!;
    at = child;
  }
  heap[at] = id;
}

const isBefore = (values: Floats, a: number, b: number): boolean =>
  values[a]! > values[b]! || (values[a]! === values[b]! && a < b);

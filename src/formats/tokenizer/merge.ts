/** A possible merge of two neighbours; stale once either has changed, which `text` shows. */
type Pair = { rank: number; left: number; right: number; text: string };

/**
 * Merges neighbouring symbols, the pair of lowest rank first, the leftmost of equals, until no pair has a rank.
 * @param rankOf rank of the merge of two neighbours, or undefined when they do not merge
 */
export function mergeSymbols(
  symbols: readonly string[],
  rankOf: (left: string, right: string) => number | undefined,
): string[] {
  const text: (string | undefined)[] = [...symbols];
  const next = text.map((_, i) => i + 1);
  const previous = text.map((_, i) => i - 1);
  const queue = new PairQueue();
  const offer = (left: number, right: number): void => {
    if (left < 0 || right >= text.length) return;
    const rank = rankOf(text[left]!, text[right]!);
    if (rank !== undefined) queue.push({ rank, left, right, text: text[left]! + text[right]! });
  };
  for (let i = 0; i + 1 < text.length; i++) offer(i, i + 1);
  for (let pair = queue.pop(); pair; pair = queue.pop()) {
    const { left, right } = pair;
    if (next[left] !== right || text[left]! + text[right] !== pair.text) continue;
    text[left] = pair.text;
    text[right] = undefined;
    next[left] = next[right]!;
    if (next[left] < text.length) previous[next[left]] = left;
    offer(previous[left]!, left);
    offer(left, next[left]);
  }
  return text.filter((symbol) => symbol !== undefined);
}

/** A binary heap by rank, then place. A word of 10,000 equal letters must not take 10^8 steps. */
class PairQueue {
  readonly #heap: Pair[] = [];

  push(pair: Pair): void {
    let at = this.#heap.push(pair) - 1;
    for (let parent = (at - 1) >> 1; at > 0 && isBefore(pair, this.#heap[parent]!); parent = (at - 1) >> 1) {
      this.#heap[at] = this.#heap[parent]!;
      at = parent;
    }
    this.#heap[at] = pair;
  }

  pop(): Pair | undefined {
    const first = this.#heap[0];
    const last = this.#heap.pop();
    if (first === undefined || last === undefined || this.#heap.length === 0) return first;
    let at = 0;
    for (let child = 1; child < this.#heap.length; child = 2 * at + 1) {
      if (child + 1 < this.#heap.length && isBefore(this.#heap[child + 1]!, this.#heap[child]!)) child++;
      if (!isBefore(this.#heap[child]!, last)) break;
      this.#heap[at] = this.#heap[child]!;
      at = child;
    }
    this.#heap[at] = last;
    return first;
  }
}

const isBefore = (a: Pair, b: Pair): boolean => a.rank < b.rank || (a.rank === b.rank && a.left < b.left);

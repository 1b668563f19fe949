/**
 * Edits between two names: insertions, deletions, substitutions and swaps of neighbours (optimal string alignment distance,
 * https://en.wikipedia.org/wiki/Damerau–Levenshtein_distance).
 */
function edits(a: string, b: string): number {
  const rows = Array.from({ length: a.length + 1 }, (_, i) => [i]);
  for (let j = 1; j <= b.length; j++) rows[0]![j] = j;
  for (let i = 1; i <= a.length; i++)
    for (let j = 1; j <= b.length; j++) {
      const isSame = a[i - 1] === b[j - 1];
      const isSwap = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
      rows[i]![j] = Math.min(
        rows[i - 1]![j]! + 1,
        rows[i]![j - 1]! + 1,
        rows[i - 1]![j - 1]! + (isSame ? 0 : 1),
        ...(isSwap ? [rows[i - 2]![j - 2]! + 1] : []),
      );
    }
  return rows[a.length]![b.length]!;
}

/** The name that was probably meant: at most one edit in three characters away. */
export function nearestName(typed: string, names: readonly string[]): string | null {
  const ranked = names.map((name) => ({ name, away: edits(typed, name) })).sort((a, b) => a.away - b.away);
  const [first] = ranked;
  return first && first.away <= Math.max(1, Math.floor(typed.length / 3)) ? first.name : null;
}

// Longer than any name of a model; what is longer is not a slip of the pen, and comparing it would be work for nothing.
const longestName = 128;
const mostCandidates = 10_000;

/**
 * The names that somebody who wrote `name` may have meant, best first, at most three by default. Slips of a letter, other case, a missing or a
 * superfluous part count (`mistral-large` for `mistral-large-latest`); the work is bounded, however long the name and the list are.
 */
export function nearestNames(name: string, candidates: Iterable<string>, most = 3): string[] {
  const wanted = name.trim().toLowerCase();
  if (wanted === '' || wanted.length > longestName) return [];
  const found = new Map<string, number>();
  let seen = 0;
  for (const candidate of candidates) {
    if (seen++ === mostCandidates) break;
    const score = scoreOf(wanted, candidate);
    if (score !== undefined) found.set(candidate, score);
  }
  return [...found]
    .toSorted(([, a], [, b]) => a - b)
    .slice(0, most)
    .map(([candidate]) => candidate);
}

/** Lower is nearer. A part of a name lies between one slip and two. */
function scoreOf(wanted: string, candidate: string): number | undefined {
  if (candidate === '' || candidate.length > longestName) return undefined;
  const name = candidate.toLowerCase();
  if (name === wanted) return 0;
  const shorter = Math.min(name.length, wanted.length);
  const longer = Math.max(name.length, wanted.length);
  if (shorter >= 3 && (name.includes(wanted) || wanted.includes(name))) return 2 - shorter / longer;
  const bound = Math.min(5, Math.max(1, Math.floor(wanted.length / 4)));
  const distance = editDistance(wanted, name, bound);
  if (distance <= bound) return distance;
  // Names that carry their provider are also known without it.
  const tail = name.slice(name.lastIndexOf('/') + 1);
  if (tail.length === name.length) return undefined;
  const tailDistance = editDistance(wanted, tail, bound);
  return tailDistance <= bound ? tailDistance + 0.5 : undefined;
}

/** Insertions, deletions, replacements and swaps of neighbours that turn one text into the other; more than `bound` is not told apart. */
function editDistance(a: string, b: string, bound: number): number {
  if (Math.abs(a.length - b.length) > bound) return bound + 1;
  let beforeLast: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, column) => column);
  for (let row = 1; row <= a.length; row++) {
    // Only cells near the diagonal can stay within the bound.
    const from = Math.max(1, row - bound);
    const to = Math.min(b.length, row + bound);
    const current = Array.from({ length: b.length + 1 }, () => bound + 1);
    if (row <= bound) current[0] = row;
    for (let column = from; column <= to; column++) {
      const same = a[row - 1] === b[column - 1];
      let cost = Math.min(at(last, column) + 1, at(current, column - 1) + 1, at(last, column - 1) + (same ? 0 : 1));
      if (!same && a[row - 1] === b[column - 2] && a[row - 2] === b[column - 1]) cost = Math.min(cost, at(beforeLast, column - 2) + 1);
      current[column] = cost;
    }
    beforeLast = last;
    last = current;
  }
  return Math.min(bound + 1, at(last, b.length));
}

function at(row: readonly number[], column: number): number {
  return row[column] ?? Infinity;
}

// Longer than any name of a model; what is longer is not a slip of the pen, and comparing it would be work for nothing.
const longestName = 128;
const mostCandidates = 5000;

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
  const bound = Math.min(4, Math.max(1, Math.floor(wanted.length / 4)));
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
  const tooFar = bound + 1;
  if (Math.abs(a.length - b.length) > bound) return tooFar;
  let beforeLast = new Uint8Array(b.length + 1);
  let last = Uint8Array.from(beforeLast, (_, column) => Math.min(column, tooFar));
  let current = new Uint8Array(b.length + 1);
  for (let row = 1; row <= a.length; row++) {
    // Only cells near the diagonal can stay within the bound, and a row that has none ends the search.
    const from = Math.max(1, row - bound);
    const to = Math.min(b.length, row + bound);
    let nearest = tooFar;
    current.fill(tooFar);
    if (row <= bound) nearest = current[0] = row;
    for (let column = from; column <= to; column++) {
      const same = a.charCodeAt(row - 1) === b.charCodeAt(column - 1);
      let cost = Math.min(tooFar, cell(last, column) + 1, cell(current, column - 1) + 1, cell(last, column - 1) + (same ? 0 : 1));
      if (!same && column > 1 && a.charCodeAt(row - 1) === b.charCodeAt(column - 2) && a.charCodeAt(row - 2) === b.charCodeAt(column - 1)) {
        cost = Math.min(cost, cell(beforeLast, column - 2) + 1);
      }
      current[column] = cost;
      nearest = Math.min(nearest, cost);
    }
    if (nearest === tooFar) return tooFar;
    [beforeLast, last, current] = [last, current, beforeLast];
  }
  return cell(last, b.length);
}

function cell(row: Uint8Array, column: number): number {
  return row[column] ?? Infinity;
}

/** The candidate that is fewest edits away from what was written; nothing where none is near. */
export function nearestName(written: string, candidates: Iterable<string>): string | undefined {
  let nearest: string | undefined;
  // More than half of the letters wrong is another word, not a slip.
  let fewest = Math.max(2, Math.ceil(written.length / 2)) + 1;
  for (const candidate of candidates) {
    const edits = editDistance(written.toLowerCase(), candidate.toLowerCase());
    if (edits < fewest) {
      fewest = edits;
      nearest = candidate;
    }
  }
  return nearest;
}

function editDistance(a: string, b: string): number {
  let previous = Array.from({ length: b.length + 1 }, (_, column) => column);
  for (let row = 1; row <= a.length; row += 1) {
    const current = [row];
    for (let column = 1; column <= b.length; column += 1) {
      const substitution = (previous[column - 1] ?? 0) + (a[row - 1] === b[column - 1] ? 0 : 1);
      current.push(Math.min(substitution, (previous[column] ?? 0) + 1, (current[column - 1] ?? 0) + 1));
    }
    previous = current;
  }
  return previous[b.length] ?? 0;
}

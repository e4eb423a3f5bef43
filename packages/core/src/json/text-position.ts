/** A position in a text, in words: `position 17 (line 2, column 3)`. Positions count from 0 as `JSON.parse` does, lines and columns from 1. */
export function describePosition(text: string, position: number): string {
  let line = 1;
  let lineStart = 0;
  for (let end = text.indexOf('\n'); end !== -1 && end < position; end = text.indexOf('\n', end + 1)) {
    line++;
    lineStart = end + 1;
  }
  return `position ${position} (line ${line}, column ${position - lineStart + 1})`;
}

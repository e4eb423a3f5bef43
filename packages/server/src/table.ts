/** Rows under a head, in columns that a terminal shows: numbers to the right, text to the left and never longer than 60 characters. */
export function toTable(head: readonly string[], rows: readonly (readonly (string | number)[])[]): string {
  const cells = [head, ...rows.map((row) => row.map(toCell))];
  const widths = head.map((_, column) => Math.max(...cells.map((row) => row[column]?.length ?? 0)));
  const isNumber = head.map((_, column) =>
    rows.some((row) => typeof row[column] === 'number' || /^\d+(?:\.\d+)?$/.test(String(row[column]))),
  );
  return cells
    .map(
      (row) =>
        `${row
          .map((cell, column) => (isNumber[column] === true ? cell.padStart(widths[column] ?? 0) : cell.padEnd(widths[column] ?? 0)))
          .join('  ')
          .trimEnd()}\n`,
    )
    .join('');
}

// eslint-disable-next-line no-control-regex -- what callers wrote must not act on a terminal
const toCell = (value: string | number): string =>
  String(value)
    .replace(/[\u0000-\u001f\u007f-\u009f]/g, ' ')
    .slice(0, 60);

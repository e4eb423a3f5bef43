/** One line of a CSV file, by RFC 4180. */
export const csvLine = (cells: readonly (string | number | boolean | undefined)[]): string => `${cells.map(csvCell).join(',')}\r\n`;

/**
 * What callers wrote may be a formula to the program that opens the file; an apostrophe in front makes it text. Numbers are written as they are.
 */
function csvCell(value: string | number | boolean | undefined): string {
  if (value === undefined) return '';
  if (typeof value !== 'string') return String(value);
  const text = /^[=+\-@\t\r]/.test(value) ? `'${value}` : value;
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

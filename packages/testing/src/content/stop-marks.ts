/** Stop marks in either of their forms. */
export function stopMarks(value: unknown): string[] {
  if (typeof value === 'string') return [value];
  return Array.isArray(value) ? value.filter((mark) => typeof mark === 'string') : [];
}

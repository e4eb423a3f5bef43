/** What stands for the values of a label beyond its bound. */
export const other = 'other';

/**
 * Keeps a label to so many values: the first that come keep their names, later ones share one. Callers name models, and each name that is seen would be a
 * series that is never forgotten.
 */
export function createBoundedValues(most: number): (value: string | undefined) => string {
  const known = new Set<string>();
  return (value) => {
    if (value === undefined) return '';
    if (known.has(value)) return value;
    if (known.size >= most || value.length > 128) return other;
    known.add(value);
    return value;
  };
}

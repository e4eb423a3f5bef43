/** An id that sorts by time, for keys and for accounts of changes: `key_0199…`. */
export function createSortedId(prefix: string, now: number): string {
  const random = crypto.getRandomValues(new Uint8Array(8));
  return `${prefix}_${now.toString(16).padStart(12, '0')}${Array.from(random, (byte) => byte.toString(16).padStart(2, '0')).join('')}`;
}

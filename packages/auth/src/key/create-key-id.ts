let lastTime = 0;
let sequence = 0;

/** An id that sorts by time, and inside one process by order of creation, for keys and for accounts of changes: `key_0199…`. */
export function createSortedId(prefix: string, now: number): string {
  sequence = now > lastTime ? 0 : sequence + 1;
  // A full counter, or a clock that was set back, borrows from the future: order is worth more than the exact millisecond.
  if (sequence > 0xffff) {
    lastTime += 1;
    sequence = 0;
  }
  lastTime = Math.max(lastTime, now);
  const random = crypto.getRandomValues(new Uint8Array(8));
  const hex = (value: number, digits: number): string => value.toString(16).padStart(digits, '0');
  return `${prefix}_${hex(lastTime, 12)}${hex(sequence, 4)}${Array.from(random, (byte) => hex(byte, 2)).join('')}`;
}

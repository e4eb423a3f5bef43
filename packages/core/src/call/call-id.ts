let lastTime = 0;
let sequence = 0;

const hex = (value: number, digits: number): string => value.toString(16).padStart(digits, '0');

/**
 * A UUID of version 7 (RFC 9562): sorts by time, and inside one process by order of creation, for which
 * its first 12 random bits are a counter that starts anew each millisecond.
 */
export function createCallId(now: number = Date.now()): string {
  if (now > lastTime) {
    lastTime = now;
    sequence = 0;
  } else {
    sequence += 1;
    // A full counter, or a clock that was set back, borrows from the future: order is worth more than the exact millisecond.
    if (sequence > 0xfff) {
      lastTime += 1;
      sequence = 0;
    }
  }
  const time = hex(lastTime, 12);
  const random = crypto.getRandomValues(new Uint32Array(2));
  const high = ((random[0] ?? 0) & 0x3fffffff) | 0x80000000;
  const tail = hex(high >>> 0, 8) + hex(random[1] ?? 0, 8);
  return `${time.slice(0, 8)}-${time.slice(8)}-7${hex(sequence, 3)}-${tail.slice(0, 4)}-${tail.slice(4)}`;
}

let lastTime = 0;
let prefix = '';
let sequence = 0;

/** Random numbers are cheap by the hundred and dear one by one. */
const pool = new Uint32Array(256);
let taken = pool.length;

function randomWord(): number {
  if (taken === pool.length) {
    crypto.getRandomValues(pool);
    taken = 0;
  }
  const word = pool[taken] ?? 0;
  taken += 1;
  return word;
}

const hex = (value: number, digits: number): string => value.toString(16).padStart(digits, '0');

/**
 * A UUID of version 7 (RFC 9562): sorts by time, and inside one process by order of creation, for which
 * its first 12 random bits are a counter that starts anew each millisecond.
 */
export function createCallId(now: number = Date.now()): string {
  if (now > lastTime) {
    startMillisecond(now);
  } else {
    sequence += 1;
    // A full counter, or a clock that was set back, borrows from the future: order is worth more than the exact millisecond.
    if (sequence > 0xfff) startMillisecond(lastTime + 1);
  }
  const high = (randomWord() & 0x3fffffff) | 0x80000000;
  const tail = hex(high >>> 0, 8) + hex(randomWord(), 8);
  return `${prefix}-7${hex(sequence, 3)}-${tail.slice(0, 4)}-${tail.slice(4)}`;
}

/** The first half is the same for every call of a millisecond. */
function startMillisecond(time: number): void {
  lastTime = time;
  sequence = 0;
  const digits = hex(time, 12);
  prefix = `${digits.slice(0, 8)}-${digits.slice(8)}`;
}

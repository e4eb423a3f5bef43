/** Hides a credential in bytes that pass, however they are cut. As many bytes come out as go in, so that no length becomes untrue. */
export interface ByteMask {
  /** Gives what is sure of the bytes so far; an end that may begin the credential waits for what follows it. */
  push(chunk: Uint8Array): Uint8Array;
  /** Gives what has waited. */
  end(): Uint8Array;
}

const nothing = new Uint8Array();
const star = 0x2a;

export function createByteMask(credential: string): ByteMask {
  const secret = new TextEncoder().encode(credential);
  let held: Uint8Array = nothing;
  return {
    push(chunk) {
      const bytes = hide(held.length === 0 ? chunk : join(held, chunk), secret);
      const sure = bytes.length - unsureEnd(bytes, secret);
      held = sure === bytes.length ? nothing : Uint8Array.from(bytes.subarray(sure));
      return bytes.subarray(0, sure);
    },
    end() {
      const rest = held;
      held = nothing;
      return rest;
    },
  };
}

/** The bytes themselves where they hold no secret, which is nearly always. */
function hide(bytes: Uint8Array, secret: Uint8Array): Uint8Array {
  let clean = bytes;
  for (let at = find(bytes, secret, 0); at !== -1; at = find(bytes, secret, at + secret.length)) {
    // `slice` would be no copy of a Node buffer.
    if (clean === bytes) clean = Uint8Array.from(bytes);
    clean.fill(star, at, at + secret.length);
  }
  return clean;
}

function find(bytes: Uint8Array, secret: Uint8Array, from: number): number {
  const [first = 0] = secret;
  const last = bytes.length - secret.length;
  for (let at = bytes.indexOf(first, from); at !== -1 && at <= last; at = bytes.indexOf(first, at + 1)) {
    if (matches(bytes, secret, at, secret.length)) return at;
  }
  return -1;
}

/** How many of the last bytes are the beginning of the secret. */
function unsureEnd(bytes: Uint8Array, secret: Uint8Array): number {
  for (let length = Math.min(secret.length - 1, bytes.length); length > 0; length -= 1) {
    if (matches(bytes, secret, bytes.length - length, length)) return length;
  }
  return 0;
}

function matches(bytes: Uint8Array, secret: Uint8Array, at: number, length: number): boolean {
  for (let index = 0; index < length; index += 1) if (bytes[at + index] !== secret[index]) return false;
  return true;
}

function join(first: Uint8Array, second: Uint8Array): Uint8Array {
  const joined = new Uint8Array(first.length + second.length);
  joined.set(first);
  joined.set(second, first.length);
  return joined;
}

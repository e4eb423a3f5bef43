import { sha256 } from '#sha256';
import { checksum } from './checksum.ts';

const secretBytes = 32;
const prefix = 'sk-';
/** 36 bytes are 48 characters of base64url, without padding or spare bits: a key has one spelling. */
const form = /^sk-[\w-]{48}$/;

/** Makes a virtual key: `sk-` and 32 random bytes with their checksum, in base64url. */
export function createKey(): string {
  const secret = crypto.getRandomValues(new Uint8Array(secretBytes));
  return prefix + toBase64Url(Uint8Array.of(...secret, ...checksum(secret)));
}

/** Whether a text can be a key that was made here. Of others no store is asked. */
export function isWellFormed(text: string): boolean {
  if (!form.test(text)) return false;
  const bytes = fromBase64Url(text, prefix.length);
  const sum = checksum(bytes.subarray(0, secretBytes));
  for (let index = 0; index < sum.length; index += 1) if (sum[index] !== bytes[secretBytes + index]) return false;
  return true;
}

/** Whether a text can be a key that was made elsewhere and registered here: long enough, and nothing that a header or a log could not hold. */
export const isForeignKey = (text: string): boolean => /^sk-[\w.-]{20,200}$/.test(text);

/** SHA-256 of the whole key, in hexadecimal digits: all that a store ever sees of it. */
export async function hashKey(key: string): Promise<string> {
  return sha256(key);
}

/** What may be shown of a key, as LiteLLM shows it: `sk-...w3Zk`. */
export const maskKey = (key: string): string => `sk-...${key.slice(-4)}`;

/** Compares two hashes; how long it takes tells nothing of where they differ. */
export function isSameHash(one: string, other: string): boolean {
  if (one.length !== other.length) return false;
  let difference = 0;
  for (let index = 0; index < one.length; index += 1) difference |= one.charCodeAt(index) ^ other.charCodeAt(index);
  return difference === 0;
}

const toBase64Url = (bytes: Uint8Array): string =>
  btoa(String.fromCharCode(...bytes))
    .replaceAll('+', '-')
    .replaceAll('/', '_');

const digits = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
const values = Uint8Array.from({ length: 128 }, (_, code) => Math.max(0, digits.indexOf(String.fromCharCode(code))));

/** The bytes of a text in whole groups of four digits, from a place on. By a table: every call has a key, and `atob` wants it rewritten first. */
function fromBase64Url(text: string, from: number): Uint8Array {
  const bytes = new Uint8Array(((text.length - from) / 4) * 3);
  const at = (index: number): number => values[text.charCodeAt(index)] ?? 0;
  let next = 0;
  for (let index = from; index < text.length; index += 4) {
    const group = (at(index) << 18) | (at(index + 1) << 12) | (at(index + 2) << 6) | at(index + 3);
    bytes[next] = group >>> 16;
    bytes[next + 1] = group >>> 8;
    bytes[next + 2] = group;
    next += 3;
  }
  return bytes;
}

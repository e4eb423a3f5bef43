/** Throws where a prefix would take the place of the hash tag that keeps a root's keys together. */
export function checkPrefix(prefix: string): void {
  if (/[{}]/.test(prefix)) throw new TypeError(`the prefix of keys may hold no braces; it is "${prefix}"`);
}

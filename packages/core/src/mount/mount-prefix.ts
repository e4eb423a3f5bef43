/** Checks the path of a mount where it is written; `''` stands for the root. */
export function toMountPrefix(prefix: string | undefined): string {
  if (prefix === undefined || prefix === '' || prefix === '/') return '';
  if (typeof prefix !== 'string' || !prefix.startsWith('/') || /[?#*]/.test(prefix)) {
    throw new TypeError(`prefix must be a plain path that begins with a slash, such as "/ai"; it is ${JSON.stringify(prefix)}`);
  }
  return prefix.endsWith('/') ? prefix.slice(0, -1) : prefix;
}

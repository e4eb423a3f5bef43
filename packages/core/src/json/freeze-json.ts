/**
 * Freezes a parsed value, all the way down: whoever would change it in place learns so at once, instead of changing what nobody reads. The value must
 * have passed a bound of depth.
 */
export function freezeJson<T>(value: T): T {
  if (typeof value !== 'object' || value === null) return value;
  for (const one of Object.values(value)) freezeJson(one);
  return Object.freeze(value);
}

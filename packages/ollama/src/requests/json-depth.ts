/** As deep as a request may be. */
export const deepestNesting = 128;

/** Whether a value is nested deeper than allowed; looks no further than that, so that no value can exhaust the stack. */
export function isDeeperThan(value: unknown, limit: number): boolean {
  if (typeof value !== 'object' || value === null) return false;
  if (limit === 0) return true;
  return Object.values(value).some((inner) => isDeeperThan(inner, limit - 1));
}

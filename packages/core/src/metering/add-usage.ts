import type { Usage } from '../receipt/usage.ts';

/** Adds what one call consumed to a sum of several. */
export function addUsage(sum: Usage, more: Usage): void {
  for (const [name, count] of Object.entries(more) as [keyof Usage, number | undefined][]) {
    if (count !== undefined) sum[name] = (sum[name] ?? 0) + count;
  }
}

import { isJsonObject } from '@ai-proxy/core';
import type { KeyLimits } from '@ai-proxy/core';

/**
 * Whether a value is limits, and nothing but limits. A field that is not known, or is not what it should be, would be a limit that is not kept: it may have been
 * written by hand, or by a later version.
 */
export const isLimits = (value: unknown): value is KeyLimits =>
  isJsonObject(value) && Object.entries(value).every(([name, one]) => isLimit(name, one));

function isLimit(name: string, value: unknown): boolean {
  if (name === 'budgets') return Array.isArray(value) && value.every(isBudget);
  if (name === 'perModel') return isJsonObject(value) && Object.values(value).every((one) => isLimits(one) && one.perModel === undefined);
  return counts.has(name) && isCount(value);
}

const counts = new Set(['requestsPerMinute', 'tokensPerMinute', 'parallel']);

const isBudget = (value: unknown): boolean =>
  isJsonObject(value) &&
  Object.entries(value).every(([name, one]) => {
    if (name === 'limit' || name === 'soft') return isCount(one);
    return (name === 'every' || name === 'timezone') && typeof one === 'string';
  });

const isCount = (value: unknown): boolean => Number.isSafeInteger(value) && Number(value) >= 0;

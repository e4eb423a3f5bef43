import type { Usage } from '../call/usage.ts';
import { isJsonObject } from '../json/json.ts';
import type { JsonObject } from '../json/json.ts';

/** The name under which receipts tell of {@link estimateInput}. */
export const inputEstimator = 'input characters / 4';

/** How many tokens a request may hold, where nobody has counted them. */
export function estimateInput(input: JsonObject): Usage {
  return {
    inputTokens: Math.ceil(charactersIn([input['messages'], input['prompt'], input['input'], input['inputs'], input['suffix']]) / 4),
  };
}

function charactersIn(value: unknown): number {
  if (typeof value === 'string') return value.length;
  if (Array.isArray(value)) return value.reduce<number>((sum, one) => sum + charactersIn(one), 0);
  if (!isJsonObject(value)) return 0;
  return Object.values(value).reduce<number>((sum, one) => sum + charactersIn(one), 0);
}

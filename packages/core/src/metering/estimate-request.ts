import type { Call } from '../call/call.ts';
import type { Usage } from '../receipt/usage.ts';
import { consumptionOf } from '../provider/native-surface.ts';
import { estimateInput } from './estimate-input.ts';

/** What a request will consume as far as it tells by itself; nothing for calls that ask no model. */
export function estimateRequest({ operation, native, input }: Pick<Call, 'operation' | 'native' | 'input'>): Usage | undefined {
  if (!native) return operation === 'models' ? undefined : estimateInput(input);
  switch (consumptionOf(native.route)) {
    case 'tokens':
      return estimateInput(input);
    case 'other':
      return native.provider.native?.estimateUsage?.(operation, input);
    case 'nothing':
      return undefined;
  }
}

import { costOf, ProxyError } from '@ai-proxy/core';
import type { Call, Rates, Receipt, Target } from '@ai-proxy/core';
import { writesText } from './greatest-use.ts';
import type { GreatestUse } from './greatest-use.ts';

/** What is done under a budget where a price is not known: `refuse`, `allow` as if it was free, or count it at these rates. */
export type UnknownPrice = 'refuse' | 'allow' | Rates;

/** What a call can cost at one target at most, in millionths of a dollar. Throws where that cannot be said and may not be passed over. */
export function greatestCost(call: Call, target: Target, use: GreatestUse | undefined, unknownPrice: UnknownPrice): number {
  if (use?.dollars !== undefined) return toMicros(use.dollars);
  const price = call.receipt.priceOf(target) ?? (typeof unknownPrice === 'string' ? undefined : { source: 'default', rates: unknownPrice });
  const isWithoutPrice = price === undefined || Object.keys(price.rates).length === 0;
  if (isWithoutPrice && unknownPrice === 'allow') return 0;
  if (isWithoutPrice) throw priceUnknown(target);
  // Where nothing has a price but 0, no bound is needed.
  if (Object.values(price.rates).every((rate) => rate === 0)) return 0;
  if (!use) throw boundRequired(call);
  const cost = costOf(use.usage, price);
  if (cost) return cost.micros;
  if (unknownPrice === 'allow') return 0;
  const other = typeof unknownPrice === 'string' ? null : costOf(use.usage, { source: 'default', rates: unknownPrice });
  if (other) return other.micros;
  throw priceUnknown(target);
}

/** What a call has truly cost; what was reserved for it where nobody can say. */
export function trueCost(receipt: Receipt, reserved: number, unknownPrice: UnknownPrice): number {
  // What a job costs is not known when it is made, whatever the making itself costs.
  const isMade = receipt.operation === 'batch' && receipt.usage === undefined;
  if (receipt.cost && !isMade) return countable(receipt.cost.micros);
  if (receipt.usage && typeof unknownPrice !== 'string') {
    const cost = costOf(receipt.usage, { source: 'default', rates: unknownPrice });
    if (cost) return countable(cost.micros);
  }
  return consumedNothing(receipt) ? 0 : reserved;
}

/** The tokens of a call; what was reserved for it where nobody can say. */
export function trueTokens({ usage, ...receipt }: Receipt, reserved: number): number {
  const { inputTokens, outputTokens } = usage ?? {};
  if (inputTokens !== undefined || outputTokens !== undefined) return countable((inputTokens ?? 0) + (outputTokens ?? 0));
  return consumedNothing({ ...receipt, usage }) ? 0 : reserved;
}

/** A provider may say anything; what is counted is whole and not negative. */
const countable = (amount: number): number => Math.min(Math.max(Math.round(amount) || 0, 0), 1e15);

/** A call that never came to a model, or was turned away by it. */
const consumedNothing = ({ attempts, outcome, usage }: Receipt): boolean =>
  attempts === 0 ||
  (usage === undefined && ['refused', 'provider_error', 'provider_unavailable', 'upstream_connect', 'timeout_connect'].includes(outcome));

export const toMicros = (dollars: number): number => Math.ceil(Math.round(dollars * 1e9) / 1000);

const priceUnknown = ({ provider, model }: Target): ProxyError =>
  new ProxyError(
    `What "${model === '' ? provider.name : `${provider.name}/${model}`}" costs is not known here, and this key has a budget. Use another model, or ask the operator for its price.`,
    { status: 403, code: 'price_unknown', param: 'model', source: 'policy' },
  );

/** What a caller himself can send to bound a request. */
function ownBound({ operation }: Call): { readonly param: string; readonly advice: string } | undefined {
  if (operation === 'ocr') return { param: 'pages', advice: 'Name the pages, such as "pages": [0, 1, 2]' };
  if (writesText(operation)) return { param: 'max_tokens', advice: 'Send max_tokens' };
  return undefined;
}

function boundRequired(call: Call): ProxyError {
  const own = ownBound(call);
  return new ProxyError(
    own
      ? `This key has a budget, and nothing says how much this request may use at most. ${own.advice}; the operator can set a bound for "${call.operation}".`
      : `This key has a budget, and nothing says how much "${call.operation}" may use at most. Ask the operator for a bound.`,
    { status: 400, code: 'bound_required', param: own?.param ?? null, source: 'policy' },
  );
}

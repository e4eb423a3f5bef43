import type { Usage } from './usage.ts';
import type { Price, Rates } from './price.ts';

/** What a call cost, and by which price. */
export interface Cost {
  /** Millionths of a US dollar, rounded up: what is not free is not counted as free. */
  readonly micros: number;
  readonly price: Price;
}

/** What a call cost that has asked no provider. */
export const nothingAsked: Cost = { micros: 0, price: { source: 'no provider was asked', rates: {} } };

/**
 * Prices what a call consumed; `null` where that cannot be said: nothing was stated, or none of what was stated has a price. Integers all the
 * way, in millionths of a millionth of a dollar, so that no sum depends on its order.
 */
export function costOf(usage: Usage, price: Price): Cost | null {
  const { rates } = price;
  let picos = 0n;
  let isPriced = false;
  const add = (units: number | undefined, dollarsPerMillion: number | undefined): void => {
    if (units === undefined || dollarsPerMillion === undefined) return;
    isPriced = true;
    // A unit may be broken, as seconds are: thousandths are kept.
    picos += (BigInt(Math.round(units * 1000)) * BigInt(Math.round(dollarsPerMillion * 1_000_000))) / 1000n;
  };

  const { inputTokens, cachedTokens = 0, outputTokens, pages, annotatedPages = 0, seconds, characters } = usage;
  const cached = inputTokens === undefined ? 0 : Math.min(cachedTokens, inputTokens);
  add(inputTokens === undefined ? undefined : inputTokens - cached, rates.inputPerMillion);
  if (cached > 0) add(cached, rates.cachedPerMillion ?? rates.inputPerMillion);
  add(outputTokens, rates.outputPerMillion);
  const annotated = pages === undefined ? 0 : Math.min(annotatedPages, pages);
  add(pages === undefined ? undefined : pages - annotated, perMillion(rates.perPage));
  if (annotated > 0) add(annotated, perMillion(rates.perAnnotatedPage ?? rates.perPage));
  add(seconds, perMillion(rates.perSecond));
  add(characters, rates.charactersPerMillion);
  add(1, perMillion(rates.perRequest));
  return isPriced && !isBlind(usage, rates) ? { micros: Number((picos + 999_999n) / 1_000_000n), price } : null;
}

const perMillion = (rate: number | undefined): number | undefined => (rate === undefined ? undefined : rate * 1_000_000);

/** Output is what costs most: where tokens came out and only those that went in have a price, the sum would be a guess. */
function isBlind({ inputTokens, outputTokens = 0 }: Usage, rates: Rates): boolean {
  const pricesTokens = rates.inputPerMillion !== undefined || rates.outputPerMillion !== undefined;
  if (!pricesTokens) return false;
  return (outputTokens > 0 && rates.outputPerMillion === undefined) || ((inputTokens ?? 0) > 0 && rates.inputPerMillion === undefined);
}

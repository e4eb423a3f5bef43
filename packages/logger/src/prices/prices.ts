import type { Price, PricedTarget, Prices, Rates } from '@ai-proxy/core';
import { publishedPrice } from './published-price.ts';
import { datedName } from './dated-name.ts';
import { readOperatorPrices } from './operator-prices.ts';

export interface PricesOptions {
  /**
   * Prices of your own, in dollars, which win over every other: by `provider/model`, with `*` at the end for any rest. What a name does not price of
   * itself is not taken from elsewhere. `{ 'local/*': { perRequest: 0 } }` says that a provider is free.
   */
  readonly own?: Readonly<Record<string, Rates>>;
}

/** How many targets are remembered with their price; a server asks for few, a caller may name many. */
const remembered = 1000;
/** Prices change on days: what was found holds for the hour. */
const hour = 3_600_000;

/**
 * What calls cost: your own prices first, then those that are published, as `@pydantic/genai-prices` collects them. An alias such as
 * `mistral-large-latest` has the price of the dated model that it stands for. What is not known stays unknown.
 */
export function prices({ own = {} }: PricesOptions = {}): Prices {
  const ownPrice = readOperatorPrices(own);
  const known = new Map<string, Price | undefined>();

  const find = (target: PricedTarget): Price | undefined => ownPrice(target) ?? publishedPrice(target.system, datedName(target), target.at);

  return {
    priceOf(target) {
      const key = JSON.stringify([target.provider, target.system, target.model, target.otherNames, Math.floor(target.at / hour)]);
      if (known.has(key)) return known.get(key);
      if (known.size >= remembered) known.clear();
      const price = find(target);
      known.set(key, price);
      return price;
    },
  };
}

import { calcPrice } from '@pydantic/genai-prices';
import type { ModelPrice } from '@pydantic/genai-prices';
import type { Price, Rates } from '@ai-proxy/core';

/** The collection's names for the systems that have a price list; servers of one's own have none. */
const listOf: Readonly<Record<string, string>> = { mistral_ai: 'mistral' };

/** What a rate of the collection is called here, and how many of ours it covers. */
const rateOf: Readonly<Record<string, { readonly name: keyof Rates; readonly per: number }>> = {
  input_mtok: { name: 'inputPerMillion', per: 1 },
  cache_read_mtok: { name: 'cachedPerMillion', per: 1 },
  output_mtok: { name: 'outputPerMillion', per: 1 },
  input_document_kpages: { name: 'perPage', per: 1000 },
  input_annotated_document_kpages: { name: 'perAnnotatedPage', per: 1000 },
  input_audio_hours: { name: 'perSecond', per: 3600 },
  audio_hours: { name: 'perSecond', per: 3600 },
  requests_kcount: { name: 'perRequest', per: 1000 },
};

/** A price as it is published; nothing where there is none, or where it has a part that could not be reckoned with. */
export function publishedPrice(system: string, model: string, at: number): Price | undefined {
  const providerId = listOf[system];
  if (providerId === undefined) return undefined;
  const found = calcPrice({}, model, { providerId, timestamp: new Date(at) });
  const rates = found ? toRates(found.model_price) : undefined;
  return rates && { source: `genai-prices 0.1.8, ${found?.model.id}`, rates };
}

function toRates(published: ModelPrice): Rates | undefined {
  const rates: { -readonly [Name in keyof Rates]: Rates[Name] } = {};
  for (const [name, dollars] of Object.entries(published)) {
    if (dollars === undefined) continue;
    const rate = rateOf[name];
    // A rate by steps, or of a unit that is not counted here: the sum without it would be wrong, and is better not known.
    if (rate === undefined || typeof dollars !== 'number') return undefined;
    // A quotient such as 0.18 / 3600 has no end in binary: what is behind the twelfth digit is no price.
    rates[rate.name] = Number((dollars / rate.per).toPrecision(12));
  }
  return Object.keys(rates).length === 0 ? undefined : rates;
}

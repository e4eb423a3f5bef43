import type { Operation } from '../call/operation.ts';

/** Where prices come from. `@ai-proxy/logger` has a table of them; any object of this shape will do. */
export interface Prices {
  /** What the units of one target cost; nothing where that is not known. Asked once per call, synchronously: tables are kept in memory. */
  priceOf(target: PricedTarget): Price | undefined;
}

/** What is to be priced. */
export interface PricedTarget {
  /** Which system the provider is: `mistral_ai`, `ollama`, `openai`. */
  readonly system: string;
  /** The provider's name at this proxy. */
  readonly provider: string;
  /** The model as it was asked for at the provider. */
  readonly model: string;
  /** Other names of the same model, as far as the provider's own list says: `mistral-large-2512` where the model is `mistral-large-latest`. */
  readonly otherNames: readonly string[];
  readonly operation: Operation;
  /** Unix time in milliseconds: prices change. */
  readonly at: number;
}

/** What one target's units cost, in US dollars. A rate that is not known is absent; 0 is free. */
export interface Price {
  /** Where it was found, with its date or version: `mistral.ai 2026-10-01`. It is kept with every receipt. */
  readonly source: string;
  readonly rates: Rates;
}

export interface Rates {
  /** A million tokens in. */
  readonly inputPerMillion?: number;
  /** A million tokens of the input that came from the provider's cache; by default what other input costs. */
  readonly cachedPerMillion?: number;
  /** A million tokens out, reasoning included. */
  readonly outputPerMillion?: number;
  readonly perPage?: number;
  /** A page that was also annotated; by default what other pages cost. */
  readonly perAnnotatedPage?: number;
  /** A second of audio. */
  readonly perSecond?: number;
  /** A million characters of text to speak. */
  readonly charactersPerMillion?: number;
  readonly perRequest?: number;
}

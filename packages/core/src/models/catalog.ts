import { readAnswer } from '../upstream/decode-answer.ts';
import { exchange } from '../upstream/exchange.ts';
import type { Upstream } from '../upstream/exchange.ts';
import { ProxyError } from '../errors/proxy-error.ts';
import type { HttpHeaders } from '../http/headers.ts';
import type { Log } from '../log/log.ts';
import { fromCaller } from '../provider/credential.ts';
import type { ModelInfo, Provider } from '../provider/provider.ts';

/** What a provider lists, by id; nothing where it could not be asked. */
export type Listing = ReadonlyMap<string, ModelInfo>;

/** Knows what the providers list. A listing is kept, and read anew in the background once it is old: nobody waits for it but the first. */
export interface Catalog {
  /** Waits for a listing where there is none yet. */
  listing(provider: Provider, callerHeaders: HttpHeaders): Promise<Listing | undefined>;
  /** What is known without asking. */
  known(provider: Provider, model: string): ModelInfo | undefined;
}

export interface CatalogOptions {
  readonly upstream: Upstream;
  readonly log: Log;
  /** Milliseconds after which a listing is read anew. */
  readonly maxAge: number;
  /** Milliseconds that a provider may take to list. */
  readonly timeout: number;
}

/** After a failure the next question is asked only after this: a provider that is down is not asked at every call. */
const pauseAfterFailure = 5_000;

interface Entry {
  listing?: Listing;
  readAt: number;
  reading?: Promise<void>;
}

export function createCatalog(options: CatalogOptions): Catalog {
  const entries = new Map<Provider, Entry>();

  const read = async (provider: Provider, callerHeaders: HttpHeaders): Promise<Listing | undefined> => {
    const listing = provider.models;
    if (!listing) return new Map();
    try {
      const { response } = await exchange(options.upstream, {
        provider,
        operation: 'models',
        method: 'GET',
        path: listing.path,
        headers: { accept: 'application/json' },
        callerHeaders,
        signal: AbortSignal.timeout(options.timeout),
      });
      const bytes = await readAnswer(response, options.upstream.limits.answer);
      return byId(listing.read(JSON.parse(new TextDecoder().decode(bytes))));
    } catch (error) {
      // A caller who brings no key is not shown what keys list; that is no fault of the provider's.
      if (error instanceof ProxyError && error.source === 'caller') return undefined;
      options.log.warn(
        { provider: provider.name, error: error instanceof Error ? error.message : String(error) },
        'the models of a provider could not be listed',
      );
      return undefined;
    }
  };

  const refresh = (provider: Provider, entry: Entry): Promise<void> => {
    entry.reading ??= read(provider, {}).then((listing) => {
      // A listing that worked yesterday is better than none: a failure keeps it.
      if (listing) entry.listing = listing;
      entry.readAt = listing ? Date.now() : Date.now() - options.maxAge + pauseAfterFailure;
      delete entry.reading;
    });
    return entry.reading;
  };

  return {
    async listing(provider, callerHeaders) {
      // Each caller's key sees its own models: nothing of one may be shown to another.
      if (provider.apiKey === fromCaller) return read(provider, callerHeaders);
      const entry = entries.get(provider) ?? { readAt: 0 };
      entries.set(provider, entry);
      const isOld = Date.now() - entry.readAt >= options.maxAge;
      if (isOld) {
        const refreshed = refresh(provider, entry);
        if (!entry.listing) await refreshed;
      }
      return entry.listing;
    },
    known: (provider, model) => entries.get(provider)?.listing?.get(model),
  };
}

function byId(models: readonly ModelInfo[]): Listing {
  const listing = new Map(models.map((model) => [model.id, model]));
  for (const model of models) {
    for (const alias of model.aliases ?? []) {
      if (!listing.has(alias)) listing.set(alias, { ...model, id: alias });
    }
  }
  return listing;
}

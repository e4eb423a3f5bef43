import { invalidParameter, KeyConflict, rawSegments, splitTarget } from '@ai-proxy/core';
import type { Counter, Handler, HttpReply, KeyRecord, KeyStore, Ledger, MasterKeyOptions } from '@ai-proxy/core';
import { createKeyFinder } from '../identify/find-key.ts';
import { guardStore } from '../store/guarded-store.ts';
import type { StorePatience } from '../store/guarded-store.ts';
import { createKeyLookup } from '../store/key-lookup.ts';
import { asActor, asHolder } from './actor.ts';
import { createKeyChanges } from './key-changes.ts';
import { createKeyRoutes } from './key-routes.ts';
import { answerUsage } from './usage.ts';

export interface KeyAdminOptions extends MasterKeyOptions {
  readonly store: KeyStore;
  /** The one that `keys()` counts with: without it `/me/usage` tells limits, and not what of them is used. */
  readonly counter?: Counter;
  /** Where `spend` is read from; without it `spend` is `null`. */
  readonly ledger?: Ledger;
  /** As in `keys()`: lets keys be registered that were made elsewhere. @default false */
  readonly acceptForeignKeys?: boolean;
  /** As in `keys()`. @default one for all */
  readonly tenant?: (record: KeyRecord) => string;
  /** How long a store may take, and when it is left alone. */
  readonly patience?: Partial<StorePatience>;
  /** The time in Unix milliseconds. @default Date.now */
  readonly now?: () => number;
}

const methods: Readonly<Record<string, string>> = {
  generate: 'POST',
  info: 'GET',
  update: 'POST',
  delete: 'POST',
  block: 'POST',
  unblock: 'POST',
  list: 'GET',
  regenerate: 'POST',
  audit: 'GET',
};

/**
 * Administration of keys, with the paths, fields and answers of LiteLLM: `/key/generate`, `/key/info`, `/key/update`, `/key/delete`, `/key/block`, `/key/unblock`, `/key/list`,
 * `/key/{key}/regenerate`; and `/key/audit`. The operator comes in by the master key, holders of keys that may manage keys by theirs, and see only what they made.
 * `GET /me/usage` is for the holder of any key. Mounting the proxy mounts nothing of this.
 */
export function keyAdmin(options: KeyAdminOptions): Handler {
  const { store, counter, ledger, acceptForeignKeys = false, now = Date.now, tenant } = options;
  const patience: StorePatience = { timeout: 5000, failures: 3, probeAfter: 1000, ...options.patience };
  const isAnswer = (error: unknown): boolean => error instanceof KeyConflict;
  const guard = guardStore({ name: store.name, patience, now, isAnswer });
  const finder = createKeyFinder({ lookup: createKeyLookup({ store, patience, remembered: 100, now }), acceptForeignKeys, now });
  const usage = {
    counter,
    counterGuard: counter && guardStore({ name: counter.name, patience, now }),
    ledger,
    ledgerGuard: ledger && guardStore({ name: ledger.name, patience, now }),
    root: tenant ?? (() => 'ai-proxy'),
    now,
  };
  const changes = createKeyChanges({ store, guard, acceptForeignKeys, now });
  const routes = createKeyRoutes({ store, guard, changes, usage, ledger, acceptForeignKeys, now });

  return async (request) => {
    const { path, query } = splitTarget(request.target);
    const segments = rawSegments(path);
    if (segments.length === 2 && segments[0] === 'me' && segments[1] === 'usage') {
      return request.method === 'GET' ? answerUsage(await asHolder(request, finder), usage) : notAllowed('GET');
    }
    if (segments[0] !== 'key' || segments.length > 3) return undefined;
    const [, second = '', third] = segments;
    if (third !== undefined && third !== 'regenerate') return undefined;
    const name = third ?? second;
    const route = Object.hasOwn(routes, name) ? routes[name] : undefined;
    if (!route) return undefined;
    const method = methods[name] ?? 'POST';
    // Who may not be here learns nothing, not even of methods.
    return asActor(request, finder, options, async (actor) =>
      request.method === method ? route(actor, request, query, third === undefined ? '' : decode(second)) : notAllowed(method),
    );
  };
}

const notAllowed = (method: string): HttpReply => ({ status: 405, headers: { allow: method } });

function decode(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    throw invalidParameter('key', 'The key of this path is not encoded as a URL has to be.');
  }
}

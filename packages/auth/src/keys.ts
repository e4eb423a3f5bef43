import { consoleLog, memoryCounter } from '@ai-proxy/core';
import type { Counter, KeyStore, Ledger, Log, Policy } from '@ai-proxy/core';
import { admitPolicy } from './admit/admit-policy.ts';
import { createBudgetOpener } from './admit/budget-opener.ts';
import { createCountAdopted } from './admit/count-adopted.ts';
import type { CountAdopted } from './admit/count-adopted.ts';
import { createEndings } from './admit/endings.ts';
import type { Endings } from './admit/endings.ts';
import { createLeases } from './admit/leases.ts';
import { createLocalShare } from './admit/local-share.ts';
import { createLostSums } from './admit/lost-sums.ts';
import { createSoftBudgets } from './admit/soft-budgets.ts';
import type { SoftBudgetNotice } from './admit/soft-budgets.ts';
import type { UnknownPrice } from './bound/greatest-cost.ts';
import type { Bounds } from './bound/greatest-use.ts';
import type { Grant } from './grant.ts';
import { createKeyFinder } from './identify/find-key.ts';
import { identifyPolicy } from './identify/identify-policy.ts';
import { createOtherWaysIn } from './identify/other-ways-in.ts';
import type { WayIn } from './identify/other-ways-in.ts';
import { modelsPolicy } from './identify/models-policy.ts';
import { createSubjectsOf } from './identify/subjects.ts';
import type { LimitsOf } from './identify/subjects.ts';
import { createAccountBook } from './owners/account-book.ts';
import type { ObjectOwners } from './owners/object-owners.ts';
import { ownersPolicy } from './owners/owners-policy.ts';
import { checkKeysOptions } from './options/check-keys-options.ts';
import { guardStore } from './store/guarded-store.ts';
import type { GuardedStore, StorePatience } from './store/guarded-store.ts';
import { createKeyLookup } from './store/key-lookup.ts';

/** Who may call, and how much. */
export interface KeysOptions {
  /** Where virtual keys are kept. Without it nobody comes in by a key, only by `waysIn`. */
  readonly store?: KeyStore;
  /** What counts. Several processes need one that they share, or each lets through what all of them may. @default memoryCounter() */
  readonly counter?: Counter;
  /**
   * The truth of what was spent: a budget that the counter does not know is opened with what the ledger says. Without it every budget begins anew when the counter
   * has forgotten it, as the one in memory does with its process.
   */
  readonly ledger?: Ledger;
  /** Other ways in than by a virtual key, such as `jwt({ … })`; asked in this order, before the keys. */
  readonly waysIn?: readonly WayIn[];
  /** Limits of owners, over all of their keys: of each by name, of all others by `*`. A function is asked at each call. */
  readonly owners?: LimitsOf;
  /** Limits of teams. */
  readonly teams?: LimitsOf;
  /** Limits of end users, over all keys. Their names are the callers' word: good for sharing fairly, not against a caller who invents names. */
  readonly endUsers?: LimitsOf;
  /**
   * What is done under a budget where a price is not known: `refuse` with 403, `allow` as if the call was free, which lets a key spend without end, or count it
   * at these rates.
   * @default 'refuse'
   */
  readonly unknownPrice?: UnknownPrice;
  /**
   * The most that one call of an operation can use, for those whose requests do not say it: `{ ocr: { pages: 100 }, transcriptions: { seconds: 3600 }, batch: {
   * dollars: 5 } }`. Under a budget an operation without a bound is refused. A bound that is too low lets calls come beyond their budget.
   */
  readonly bounds?: Bounds;
  /** The most tokens that one picture or file in a request can be. @default 16384 */
  readonly mediaTokens?: number;
  /**
   * Remembers to whom belongs what callers make at a provider: files, jobs, agents, conversations, libraries. With it the routes of these are open, and everybody sees,
   * uses and changes only what is his; without it they are closed. Several processes need one that they share, such as `sqlOwners()`.
   */
  readonly objects?: ObjectOwners;
  /** To whom belongs what a caller makes: by default to its `id`, which all keys of an owner share. By team: `({ caller }) => String(caller.team ?? caller.id)`. */
  readonly objectOwner?: (grant: Grant) => string;
  /**
   * Opens routes whose objects belong to the provider's account, as `files`, `batch`, `agents`, `conversations`, `libraries`, `fine_tuning` and `voices`, to everybody: every key then sees
   * and deletes what any other has made there, and whose it is is not recorded. `'all'` opens all of them.
   * @default []
   */
  readonly stateful?: readonly string[] | 'all';
  /** The tenant of a caller, under which everything of his is counted; on a Redis Cluster it lies on one node. @default one for all */
  readonly tenant?: (grant: Grant) => string;
  /**
   * Lets keys in that were made elsewhere and registered here: any text that begins with `sk-` and has 20 further characters. The store is then asked for every such text that
   * anybody sends, and how hard a key is to guess is up to whoever made it.
   * @default false
   */
  readonly acceptForeignKeys?: boolean;
  /**
   * A parameter of the query that may hold a key, on native routes, for clients that can send no header, as browsers opening a WebSocket. Queries are written into the logs of
   * whatever is on the way.
   * @default none
   */
  readonly queryParameter?: string;
  /** How long a store may take, and when it is left alone. */
  readonly patience?: Partial<StorePatience>;
  /** How long a reservation is held whose process has died, in milliseconds. @default 60000 */
  readonly reservationTtl?: number;
  /** The part of each limit of rates that this process lets through by itself while the counter is away. One by the number of processes is right. @default 0.25 */
  readonly localShare?: number;
  /** How far the ledger may be behind, in milliseconds. @default 10000 */
  readonly ledgerLag?: number;
  /** Keys that are remembered for a moment. @default 10000 */
  readonly remembered?: number;
  /** Is told once of each span in which a soft budget is used up. */
  readonly onSoftBudget?: (notice: SoftBudgetNotice) => void;
  /** Where warnings go. @default the console */
  readonly log?: Log;
  /** The time in Unix milliseconds. @default Date.now */
  readonly now?: () => number;
}

/** The policies of `keys()`. */
export interface Keys extends ReadonlyArray<Policy> {
  /**
   * Counts the calls of processes that have died, which stand in the ledger, where their budgets are open: `ledgerSink(ledger, { journal, onAdopted:
   * guard.countAdopted })`. Rejects where a store is away; it is to be asked again then.
   */
  readonly countAdopted: CountAdopted;
}

/**
 * Virtual keys, budgets and limits, as policies: `policies: [keys({ store })]`. Whoever presents no key that is good is refused, on every route; what a key may
 * spend is reserved before a call and settled after it.
 */
export function keys(options: KeysOptions): Keys {
  checkKeysOptions(options);
  const { store, ledger, log = consoleLog, now = Date.now, counter = memoryCounter() } = options;
  const patience: StorePatience = { timeout: 250, failures: 3, probeAfter: 1000, ...options.patience };
  const openingTimeout = Math.max(5000, patience.timeout);
  // What a store has lost with its data shows at once where calls are renewed as soon as it is back.
  const guard = guardStore({ name: counter.name, patience, now, onBack: () => void leases.renewAll(openingTimeout) });
  const localShare = createLocalShare(options.localShare ?? 0.25);
  const localGuard = guardStore({ name: localShare.counter.name, patience, now });
  const ledgerGuard = ledger && guardStore({ name: ledger.name, patience, now });
  const guardOf = (asked: Counter): GuardedStore => (asked === counter ? guard : localGuard);
  const ledgerLag = options.ledgerLag ?? 10_000;
  const interval = Math.min(1000, Math.ceil((options.reservationTtl ?? 60_000) / 6));
  const leases = createLeases({ guardOf, endings: () => endings, now, interval });
  const endings: Endings = createEndings({ guardOf, log, now, rememberedFor: ledgerLag, onWork: leases.wake });
  const lostSums = createLostSums({ name: counter.name, leases, endings, ledger, ledgerGuard, timeout: openingTimeout, ledgerLag, now });
  const lookup = store && createKeyLookup({ store, patience, remembered: options.remembered ?? 10_000, now });
  const finder = lookup && createKeyFinder({ lookup, acceptForeignKeys: options.acceptForeignKeys ?? false, now });

  const subjectsOf = createSubjectsOf(options);
  const rootOf = options.tenant ?? (() => 'ai-proxy');
  const ttl = options.reservationTtl ?? 60_000;

  const ownersOf = (owners: ObjectOwners): Policy =>
    ownersPolicy({
      book: createAccountBook(owners, guardStore({ name: owners.name, patience, now }), Math.max(2000, patience.timeout), log),
      ownerOf: options.objectOwner ?? (({ caller }) => caller.id),
      openGroups: options.stateful ?? [],
    });

  const policies: readonly Policy[] = [
    identifyPolicy({
      finder,
      close: () => lookup?.close(),
      otherWaysIn: createOtherWaysIn(options.waysIn ?? []),
      queryParameter: options.queryParameter,
      subjectsOf,
      openGroups: options.stateful ?? [],
      hasOwners: options.objects !== undefined,
    }),
    ...(options.objects ? [ownersOf(options.objects)] : []),
    modelsPolicy,
    admitPolicy({
      counter,
      guard,
      leases,
      endings,
      opener: createBudgetOpener({ ledger, ledgerGuard, lostSums, timeout: openingTimeout }),
      lostSums,
      softBudgets: createSoftBudgets(log, options.onSoftBudget),
      localShare,
      unknownPrice: options.unknownPrice ?? 'refuse',
      bounds: options.bounds ?? {},
      mediaTokens: options.mediaTokens ?? 16_384,
      rootOf,
      ttl,
      now,
    }),
  ];
  return Object.assign([...policies], { countAdopted: createCountAdopted({ counter, guard, lookup, subjectsOf, rootOf, ttl, now }) });
}

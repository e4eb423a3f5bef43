import type { Call, Counter, Policy, Receipt, Reservation, ReserveAnswer, WindowReading } from '@ai-proxy/core';
import { ProxyError } from '@ai-proxy/core';
import { greatestCost, trueCost, trueTokens } from '../bound/greatest-cost.ts';
import type { UnknownPrice } from '../bound/greatest-cost.ts';
import { greatestUse, isFree, limitOutput } from '../bound/greatest-use.ts';
import type { UseOptions } from '../bound/greatest-use.ts';
import type { Grant } from '../grant.ts';
import { grantOf } from '../grant.ts';
import type { GuardedStore } from '../store/guarded-store.ts';
import { storeUnavailable, wasAsked } from '../store/guarded-store.ts';
import type { BudgetOpener } from './budget-opener.ts';
import type { CallWindow, GreatestAmounts } from './call-windows.ts';
import { needsBound, windowsOf } from './call-windows.ts';
import type { Endings } from './endings.ts';
import type { Leases } from './leases.ts';
import type { createLocalShare } from './local-share.ts';
import type { LostSums } from './lost-sums.ts';
import { rateHeaders } from './rate-headers.ts';
import { toLimitError } from './refusal.ts';
import type { SoftBudgets } from './soft-budgets.ts';

export interface AdmitOptions extends UseOptions {
  readonly counter: Counter;
  readonly guard: GuardedStore;
  readonly leases: Leases;
  readonly endings: Endings;
  readonly opener: BudgetOpener;
  readonly lostSums: LostSums;
  readonly softBudgets: SoftBudgets;
  readonly localShare: ReturnType<typeof createLocalShare>;
  readonly unknownPrice: UnknownPrice;
  readonly rootOf: (grant: Grant) => string;
  readonly ttl: number;
  readonly now: () => number;
}

/** The reservation of what a call may use at most, before it is made, and the settlement of what it truly used. */
export function admitPolicy(options: AdmitOptions): Policy {
  const { counter, leases, endings, now } = options;

  async function ask(reservation: Reservation): Promise<ReserveAnswer> {
    try {
      return await options.guard.ask(async () => checkAnswer(await counter.reserve(reservation)));
    } catch (error) {
      // It may have come all the same, or be on its way: then it is given up there.
      if (wasAsked(error)) endings.release(reservation, counter);
      throw error;
    }
  }

  /** Asks until every budget is open; whoever asks a second time has opened what was missing. */
  async function reserve(reservation: Reservation, windows: readonly CallWindow[]): Promise<ReserveAnswer> {
    for (let tries = 0; tries < 3; tries += 1) {
      const answer = await ask(reservation);
      if (answer.kind !== 'missing') return answer;
      const missing = windows.filter(({ window }) => answer.keys.includes(window.key));
      await options.opener.open(counter, options.guard, reservation.root, missing);
    }
    throw storeUnavailable(counter.name, new Error('a budget was opened, and is missing again'));
  }

  /** Where the store is away, money stays closed; what only holds a rush back is counted here for a while. */
  async function reserveSomewhere(
    reservation: Reservation,
    windows: readonly CallWindow[],
  ): Promise<{ readonly answer: ReserveAnswer; readonly by: Counter; readonly held: Reservation }> {
    try {
      return { answer: await reserve(reservation, windows), by: counter, held: reservation };
    } catch (error) {
      if (!(error instanceof ProxyError) || error.code !== 'store_unavailable' || windows.some(({ counts }) => counts === 'money'))
        throw error;
      const { counter: local, lessen } = options.localShare;
      const lessened = lessen(reservation);
      return { answer: await local.reserve(lessened), by: local, held: lessened };
    }
  }

  return {
    name: 'keys: admit',
    stage: 'admit',
    async close(grace) {
      await endings.close(grace);
      leases.stop();
    },
    async handle(call, next) {
      const grant = grantOf(call);
      if (!grant) throw new Error('a call has come to its limits that nobody has let in');
      const free = isFree(call);
      const output = grant.maxOutputTokens ?? options.bounds[call.operation]?.outputTokens;
      if (output !== undefined) limitOutput(call, output);
      const amounts = free ? nothing : amountsOf(call, grant, options);
      const windows = windowsOf(call, grant, amounts, free, now());
      if (windows.length === 0) return next();
      const reservation: Reservation = {
        id: call.id,
        root: options.rootOf(grant),
        ttl: options.ttl,
        windows: windows.map(({ window }) => window),
      };
      const { answer, by, held } = await reserveSomewhere(reservation, windows);
      const readings: readonly WindowReading[] = 'readings' in answer ? answer.readings : [];
      Object.assign(call.answerHeaders, rateHeaders(inWindows(windows, held), readings));
      if (answer.kind === 'refused') throw refuse(call, toLimitError(inWindows(windows, held), answer.refusals, readings, now()));
      if (answer.kind !== 'reserved') throw storeUnavailable(by.name, new Error(`the answer was ${answer.kind}`));
      leases.hold(held, by);
      void call.receipt.settled.then((receipt) => {
        leases.drop(held.id);
        endings.settle(held, by, truthOf(receipt, windows, held, options.unknownPrice), receipt.startedAt);
      });
      options.softBudgets.look(call, windows, readings);
      options.lostSums.look(held.root, windows, readings);
      return next();
    },
  };
}

const nothing: GreatestAmounts = { micros: 0, tokens: 0 };

/** What the dearest of the planned attempts can take, where anybody has to know. */
function amountsOf(call: Call, grant: Grant, options: AdmitOptions): GreatestAmounts {
  const needs = needsBound(call, grant);
  if (!needs.money && !needs.tokens) return nothing;
  const steps =
    call.plan?.steps ?? (call.native ? [{ provider: call.native.provider, model: call.model ?? '', modelInfo: undefined }] : []);
  let micros = 0;
  let tokens = 0;
  for (const step of steps) {
    const use = greatestUse(call, step, options);
    if (needs.money) micros = Math.max(micros, greatestCost(call, step, use, options.unknownPrice));
    tokens = Math.max(tokens, (use?.usage.inputTokens ?? 0) + (use?.usage.outputTokens ?? 0));
  }
  return { micros, tokens };
}

function truthOf(receipt: Receipt, windows: readonly CallWindow[], held: Reservation, unknownPrice: UnknownPrice): Record<string, number> {
  return Object.fromEntries(
    inWindows(windows, held).map(({ window, counts }) => {
      if (counts === 'money') return [window.key, trueCost(receipt, window.amount, unknownPrice)];
      return [window.key, counts === 'tokens' ? trueTokens(receipt, window.amount) : window.amount];
    }),
  );
}

/** The windows as they were asked for, which in a local share are smaller. */
const inWindows = (windows: readonly CallWindow[], { windows: held }: Reservation): readonly CallWindow[] =>
  windows.map((one, index) => ({ ...one, window: held[index] ?? one.window }));

/** An SDK that tries again by itself within seconds would only be refused again. */
function refuse(call: Call, error: ProxyError): ProxyError {
  if (error.retryAfter === undefined || error.retryAfter > 60_000) call.answerHeaders['x-should-retry'] = 'false';
  return error;
}

const kinds: ReadonlySet<unknown> = new Set(['reserved', 'refused', 'missing', 'ended']);

function checkAnswer(answer: ReserveAnswer): ReserveAnswer {
  if (typeof answer !== 'object' || answer === null || !kinds.has(answer.kind))
    throw new TypeError('the counter answered something that is no answer');
  return answer;
}

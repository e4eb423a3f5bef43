import { privateJson } from '@ai-proxy/core';
import type { Counter, HttpReply, KeyRecord, Ledger } from '@ai-proxy/core';
import { windowsOf } from '../admit/call-windows.ts';
import type { CallWindow } from '../admit/call-windows.ts';
import { grantOfKey } from '../grant.ts';
import type { GuardedStore } from '../store/guarded-store.ts';
import { toDollars } from './to-fields.ts';

export interface UsageOptions {
  readonly counter: Counter | undefined;
  readonly counterGuard: GuardedStore | undefined;
  readonly ledger: Ledger | undefined;
  readonly ledgerGuard: GuardedStore | undefined;
  readonly root: (record: KeyRecord) => string;
  readonly now: () => number;
}

/** What a key has spent in all, in dollars; nothing where no ledger keeps it. */
export async function spendOf(record: KeyRecord, { ledger, ledgerGuard }: UsageOptions): Promise<number | null> {
  if (!ledger || !ledgerGuard) return null;
  const { rows } = await ledgerGuard.ask(async () => ledger.spend({ by: 'key', only: record.id }));
  return toDollars(rows.reduce((sum, { micros }) => sum + micros, 0));
}

/** How a key stands: what was spent, and what of each limit is used now. */
export async function answerUsage(record: KeyRecord, options: UsageOptions): Promise<HttpReply> {
  const { counter, counterGuard, root, now } = options;
  const windows = windowsOf({ model: undefined, plan: undefined }, grantOfKey(record, undefined), { micros: 0, tokens: 0 }, false, now());
  const readings =
    counter && counterGuard
      ? await counterGuard.ask(async () =>
          counter.read(
            root(record),
            windows.map(({ window }) => window),
          ),
        )
      : [];
  return privateJson({
    key_alias: record.alias ?? null,
    key_name: record.masked,
    expires: record.expiresAt === undefined ? null : new Date(record.expiresAt).toISOString(),
    models: record.models,
    spend: await spendOf(record, options),
    limits: windows.map((one, index) => toAnswer(one, readings[index]?.used, readings[index]?.resetIn, now())),
  });
}

function toAnswer(
  { counts, window, budget, span }: CallWindow,
  used: number | undefined,
  resetIn: number | undefined,
  now: number,
): object {
  const isMoney = counts === 'money';
  const say = (amount: number | undefined): number | null => (amount === undefined ? null : isMoney ? toDollars(amount) : amount);
  const resetsAt = isMoney ? span?.end : resetIn === undefined || resetIn === 0 ? undefined : now + resetIn;
  return {
    of: isMoney ? 'dollars' : counts,
    limit: say(window.limit),
    ...(isMoney ? { soft: say(budget?.soft), every: budget?.every ?? null, timezone: budget?.timezone ?? null } : {}),
    // A budget that nobody has asked for yet has not been counted.
    used: say(used),
    resets_at: resetsAt === undefined ? null : new Date(resetsAt).toISOString(),
  };
}

import type { CallFilter, Ledger, RecordedCall, SpendDimension } from '@ai-proxy/core';
import type { Subject } from '../grant.ts';
import { underTag } from '../grant.ts';
import { namesModel } from '../rules/matches.ts';
import type { CallWindow } from './call-windows.ts';

/** What a ledger knows to have been spent in the span of a budget, in millionths of a dollar. */
export async function findSpend(ledger: Ledger, { subject, models, span }: CallWindow): Promise<number> {
  const inSpan = { ...(span && span.start > 0 ? { from: span.start } : {}), ...(span?.end === undefined ? {} : { to: span.end }) };
  const exact = models === undefined && subject.kind !== 'keyEndUser' ? undefined : await sumCalls(ledger, subject, models, inSpan);
  if (exact !== undefined) return exact;
  const sums = await Promise.all(
    dimensionsOf(subject).map(async ([by, only]) =>
      (await ledger.spend({ by, only, ...inSpan })).rows.reduce((sum, { micros }) => sum + micros, 0),
    ),
  );
  return sums.reduce((sum, micros) => sum + micros, 0);
}

function dimensionsOf({ kind, id }: Subject): readonly (readonly [SpendDimension, string])[] {
  switch (kind) {
    case 'key':
    case 'parent':
      // Its own calls, and those of the keys below it.
      return [
        ['key', id],
        ['tag', underTag(id)],
      ];
    case 'token':
    case 'owner':
      return [['user', id]];
    case 'team':
      return [['team', id]];
    case 'endUser':
      return [['endUser', id]];
    case 'keyEndUser':
      return [['key', readKeyEndUser(id)[0]]];
    default:
      throw new Error(`nothing is spent by ${String(kind satisfies never)}`);
  }
}

/** An end user of one key. */
export const keyEndUserId = (key: string, endUser: string): string => JSON.stringify([key, endUser]);

const readKeyEndUser = (id: string): readonly [string, string] => JSON.parse(id) as [string, string];

const mostPages = 20;

/**
 * Sums by two things at once are not kept: the calls are added up one by one. Where they are too many, nothing is answered, and the sum over all models or all end
 * users is taken, which is not less.
 */
async function sumCalls(
  ledger: Ledger,
  subject: Subject,
  models: string | undefined,
  span: { readonly from?: number; readonly to?: number },
): Promise<number | undefined> {
  let micros = 0;
  for (const filter of filtersOf(subject)) {
    let cursor: string | undefined;
    let pages = 0;
    do {
      if (pages === mostPages) return undefined;
      const page = await ledger.calls({ ...filter, ...span }, cursor, 1000);
      for (const call of page.calls) if (models === undefined || isOf(call, models)) micros += call.cost?.micros ?? 0;
      cursor = page.next;
      pages += 1;
    } while (cursor !== undefined);
  }
  return micros;
}

export function filtersOf({ kind, id }: Subject): readonly CallFilter[] {
  switch (kind) {
    case 'key':
    case 'parent':
      return [{ key: id }, { tag: underTag(id) }];
    case 'token':
    case 'owner':
      return [{ caller: id }];
    case 'team':
      return [{ team: id }];
    case 'endUser':
      return [{ endUser: id }];
    case 'keyEndUser': {
      const [key, endUser] = readKeyEndUser(id);
      return [{ key, endUser }];
    }
    default:
      throw new Error(`there are no calls of ${String(kind satisfies never)}`);
  }
}

const isOf = ({ modelAsked, modelServed, provider }: RecordedCall, pattern: string): boolean =>
  namesModel([pattern], modelAsked ?? '', modelServed === undefined ? undefined : `${provider}/${modelServed}`);

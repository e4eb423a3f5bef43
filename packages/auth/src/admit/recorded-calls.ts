import type { Ledger } from '@ai-proxy/core';
import type { Subject } from '../grant.ts';
import { filtersOf } from './find-spend.ts';

const mostPages = 20;

/** Which calls of somebody a ledger has an account of, of some that began at a moment or later. Of very many not all are found. */
export async function findRecorded(
  ledger: Ledger,
  subject: Subject,
  ids: ReadonlySet<string>,
  startedAt: number,
): Promise<ReadonlySet<string>> {
  const found = new Set<string>();
  for (const filter of filtersOf(subject)) {
    let cursor: string | undefined;
    for (let page = 0; page < mostPages && found.size < ids.size; page += 1) {
      const { calls, next } = await ledger.calls({ ...filter, from: startedAt }, cursor, 1000);
      for (const { id } of calls) if (ids.has(id)) found.add(id);
      if (next === undefined) break;
      cursor = next;
    }
  }
  return found;
}

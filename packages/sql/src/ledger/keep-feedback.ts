import { toStoredFeedback } from '@ai-proxy/core/ledger';
import type { Feedback } from '@ai-proxy/core';
import type { Database } from '../database/schema.ts';

/** Keeps what was thought of a call; the last word counts. False where there is no such call. */
export async function keepFeedback(database: Database, id: string, feedback: Feedback): Promise<boolean> {
  const call = await database.selectFrom('ai_proxy_calls').select('id').where('id', '=', id).executeTakeFirst();
  if (!call) return false;
  const { value, weight, metadata } = toStoredFeedback(feedback);
  const row = { value, weight, metadata: JSON.stringify(metadata) };
  await database
    .insertInto('ai_proxy_feedback')
    .values({ call_id: id, ...row })
    .onConflict((conflict) => conflict.column('call_id').doUpdateSet(row))
    .execute();
  return true;
}

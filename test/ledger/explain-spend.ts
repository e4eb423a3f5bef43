import type { SpendQuery } from '@ai-proxy/core';
import { planSums } from '@ai-proxy/core/ledger';
import type { SqlDatabase } from '@ai-proxy/sql';
import { selectSums } from '../../packages/sql/src/ledger/sum-spend.ts';
import { openPlainSql } from './plain-sql.ts';

/** How a database would sum, in its own words. */
export async function explainSpend(database: SqlDatabase, query: SpendQuery): Promise<readonly string[]> {
  const question = selectSums(query, planSums(query, 0), 1000).compile(await database.connect());
  const plain = await openPlainSql(database.url);
  const explain = plain.kind === 'sqlite' ? 'explain query plan' : 'explain';
  const rows = await plain.all(`${explain} ${question.sql}`, question.parameters);
  await plain.close();
  return rows.map((row) => String(row['detail'] ?? row['QUERY PLAN']).trim());
}

/** What a plan reads beside sums, and what it reads whole. */
export const tooMuchRead = (plan: readonly string[]): readonly string[] =>
  plan.filter((line) => /ai_proxy_(?!spend_)/.test(line) || /^SCAN ai_proxy|Seq Scan on ai_proxy/.test(line));

import { invalidParameter, privateJson, readQuery, spendDimensions } from '@ai-proxy/core';
import type { HttpReply, Ledger, SpendReport, SpendRow } from '@ai-proxy/core';
import { csvLine } from './csv.ts';
import { toDollars } from './money.ts';
import { momentIn, toDate } from './moments.ts';
import { attachment } from './replies.ts';

/** `GET /spend?by=key&from=30d`: what was spent, by one dimension. */
export async function answerSpend(ledger: Ledger, query: string, now: number): Promise<HttpReply> {
  const parameters = readQuery(query, ['by', 'only', 'per', 'from', 'to', 'limit', 'format']);
  const by = parameters.choice('by', spendDimensions);
  if (by === undefined) throw invalidParameter('by', `Say by what to sum: by=${spendDimensions.join(', ')}.`);
  const from = momentIn(parameters, 'from', now);
  const to = momentIn(parameters, 'to', now);
  const only = parameters.text('only');
  const per = parameters.choice('per', ['hour', 'day']);
  const limit = parameters.whole('limit');
  const report = await ledger.spend({
    by,
    ...(from === undefined ? {} : { from }),
    ...(to === undefined ? {} : { to }),
    ...(only === undefined ? {} : { only }),
    ...(per === undefined ? {} : { per }),
    ...(limit === undefined ? {} : { limit }),
  });
  if (parameters.choice('format', ['json', 'csv']) === 'csv') return attachment(`spend-by-${by}.csv`, spendAsCsv(by, report));
  return privateJson({
    by,
    from: toDate(report.from),
    to: toDate(report.to),
    rows: report.rows.map(({ at, ...row }) => ({
      ...row,
      value: row.value ?? null,
      dollars: toDollars(row.micros),
      ...(at === undefined ? {} : { at: toDate(at) }),
    })),
    more: report.more,
  });
}

const counts = [
  'calls',
  'okCalls',
  'estimatedCalls',
  'unknownCalls',
  'inputTokens',
  'outputTokens',
  'cachedTokens',
  'reasoningTokens',
] as const satisfies readonly (keyof SpendRow)[];

function spendAsCsv(by: string, { rows }: SpendReport): string {
  const lines = rows.map((row) =>
    csvLine([row.value, toDate(row.at) ?? undefined, ...counts.map((name) => row[name]), toDollars(row.micros)]),
  );
  return csvLine([by, 'at', ...counts, 'dollars']) + lines.join('');
}

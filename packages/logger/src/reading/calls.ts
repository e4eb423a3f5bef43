import { privateJson, ProxyError, readQuery } from '@ai-proxy/core';
import type { CallFilter, HttpReply, Ledger, RecordedCall } from '@ai-proxy/core';
import { csvLine } from './csv.ts';
import { toDollars } from './money.ts';
import { momentIn, toDate } from './moments.ts';
import { attachment } from './replies.ts';

const filters = [
  'key',
  'team',
  'caller',
  'endUser',
  'model',
  'provider',
  'outcome',
  'tag',
] as const satisfies readonly (keyof CallFilter)[];

/** `GET /calls?outcome=caller_left&from=24h`: calls, the newest first, page by page; as CSV all of them. */
export async function answerCalls(ledger: Ledger, query: string, now: number): Promise<HttpReply> {
  const parameters = readQuery(query, [...filters, 'from', 'to', 'cursor', 'limit', 'format']);
  const filter: { -readonly [Name in keyof CallFilter]: CallFilter[Name] } = {};
  for (const name of filters) {
    const value = parameters.text(name);
    if (value !== undefined) filter[name] = value;
  }
  const from = momentIn(parameters, 'from', now);
  const to = momentIn(parameters, 'to', now);
  if (from !== undefined) filter.from = from;
  if (to !== undefined) filter.to = to;
  const cursor = parameters.text('cursor');
  if (parameters.choice('format', ['json', 'csv']) === 'csv') {
    return attachment('calls.csv', { kind: 'stream', chunks: callsAsCsv(ledger, filter, cursor) });
  }
  const page = await ledger.calls(filter, cursor, parameters.whole('limit'));
  return privateJson({ calls: page.calls.map(toAnswer), next: page.next ?? null });
}

/** `GET /calls/{id}`. */
export async function answerCall(ledger: Ledger, id: string): Promise<HttpReply> {
  const call = await ledger.call(id);
  if (!call) throw noSuchCall();
  return privateJson(toAnswer(call));
}

export const noSuchCall = (): ProxyError =>
  new ProxyError(
    'There is no call of this id. Calls appear some seconds after their end, and are forgotten after their time; ids come in "x-ai-proxy-id".',
    {
      status: 404,
      code: 'path_not_found',
      source: 'caller',
    },
  );

/** An unknown cost is said to be unknown: `null`. */
const toAnswer = ({ startedAt, cost, ...call }: RecordedCall): Record<string, unknown> => ({
  ...call,
  startedAt: toDate(startedAt),
  cost: cost && { ...cost, dollars: toDollars(cost.micros) },
});

const columns: readonly (readonly [string, (call: RecordedCall) => string | number | boolean | undefined])[] = [
  ['id', ({ id }) => id],
  ['startedAt', ({ startedAt }) => toDate(startedAt) ?? undefined],
  ['operation', ({ operation }) => operation],
  ['caller', ({ caller }) => caller],
  ['key', ({ key }) => key],
  ['team', ({ team }) => team],
  ['endUser', ({ endUser }) => endUser],
  ['tags', ({ tags }) => tags.join(' ')],
  ['provider', ({ provider }) => provider],
  ['modelAsked', ({ modelAsked }) => modelAsked],
  ['modelServed', ({ modelServed }) => modelServed],
  ['stream', ({ stream }) => stream],
  ['status', ({ status }) => status],
  ['outcome', ({ outcome }) => outcome],
  ['code', ({ code }) => code],
  ['inputTokens', ({ usage }) => usage?.inputTokens],
  ['outputTokens', ({ usage }) => usage?.outputTokens],
  ['cachedTokens', ({ usage }) => usage?.cachedTokens],
  ['reasoningTokens', ({ usage }) => usage?.reasoningTokens],
  ['pages', ({ usage }) => usage?.pages],
  ['seconds', ({ usage }) => usage?.seconds],
  ['items', ({ usage }) => usage?.items],
  ['estimator', ({ estimator }) => estimator],
  ['dollars', ({ cost }) => (cost ? Number(toDollars(cost.micros)) : 'unknown')],
  ['attempts', ({ attempts }) => attempts],
  ['firstByteMs', ({ firstByteMs }) => firstByteMs],
  ['totalMs', ({ totalMs }) => totalMs],
  ['overheadMs', ({ overheadMs }) => overheadMs],
  ['score', ({ feedback }) => feedback?.value],
];

/** Page after page, so that an export of millions holds one page at a time. */
async function* callsAsCsv(ledger: Ledger, filter: CallFilter, from: string | undefined): AsyncGenerator<string> {
  yield csvLine(columns.map(([name]) => name));
  let cursor = from;
  do {
    const page = await ledger.calls(filter, cursor, 500);
    if (page.calls.length > 0) yield page.calls.map((call) => csvLine(columns.map(([, read]) => read(call)))).join('');
    cursor = page.next;
  } while (cursor !== undefined);
}

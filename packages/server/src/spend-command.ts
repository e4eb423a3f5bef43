import { defineCommand } from 'citty';
import type { CommandDef } from 'citty';
import { spendDimensions } from '@ai-proxy/core';
import type { SpendDimension, SpendQuery, SpendRow } from '@ai-proxy/core';
import { readMoment, toDollars } from '@ai-proxy/logger/reading';
import { sqlLedger } from '@ai-proxy/sql';
import { checkArguments } from './check-arguments.ts';
import { withOneLineErrors } from './one-line-errors.ts';
import { checkFileExists, openDatabase } from './open-database.ts';
import { embedded, SettingsError } from './server-settings.ts';
import { toTable } from './table.ts';

const args = {
  by: {
    type: 'string',
    description: 'What to sum by: key, team, user, endUser, model, provider, tag',
    valueHint: 'dimension',
    default: 'model',
  },
  from: { type: 'string', description: 'Since when: 30d, 24h, 2026-11-01', valueHint: 'moment', default: '30d' },
  to: { type: 'string', description: 'Until when; now', valueHint: 'moment' },
  only: { type: 'string', description: 'Only this key, team, model, …', valueHint: 'value' },
  per: { type: 'string', description: 'A row for each hour or day', valueHint: 'hour|day' },
  limit: { type: 'string', description: 'The most rows', valueHint: 'number', default: '50' },
  database: { type: 'string', description: 'The ledger (DATABASE_URL; sqlite:ai-proxy.db)', valueHint: 'url' },
} as const;

/** `ai-proxy spend`: what was spent, as a table. */
export const spendCommand: CommandDef<typeof args> = defineCommand({
  meta: { name: 'ai-proxy spend', description: 'Print what was spent' },
  args,
  run: async ({ args: given, rawArgs }) =>
    withOneLineErrors(async () => {
      checkArguments('ai-proxy spend', rawArgs, args);
      process.stdout.write(await printSpend(given, process.env['DATABASE_URL']));
    }),
});

interface SpendArguments {
  readonly by: string;
  readonly from: string;
  readonly to?: string | undefined;
  readonly only?: string | undefined;
  readonly per?: string | undefined;
  readonly limit: string;
  readonly database?: string | undefined;
}

async function printSpend(given: SpendArguments, environmentUrl: string | undefined): Promise<string> {
  const by = spendDimensions.find((one) => one === given.by);
  if (by === undefined) throw new SettingsError(`--by has to be one of ${spendDimensions.join(', ')}; it is "${given.by}".`);
  const per = given.per;
  if (per !== undefined && per !== 'hour' && per !== 'day') throw new SettingsError(`--per has to be hour or day; it is "${per}".`);
  if (!/^\d{1,5}$/.test(given.limit)) throw new SettingsError(`--limit has to be a whole number; it is "${given.limit}".`);
  const url = given.database ?? (environmentUrl || embedded);
  checkFileExists(url, 'ledger');

  const now = Date.now();
  const query: SpendQuery = {
    by,
    from: readMoment('from', given.from, now),
    ...(given.to === undefined ? {} : { to: readMoment('to', given.to, now) }),
    ...(given.only === undefined ? {} : { only: given.only }),
    ...(per === undefined ? {} : { per }),
    limit: Number(given.limit),
  };
  const sql = await openDatabase(url);
  const ledger = sqlLedger(sql);
  try {
    const { rows, more } = await ledger.spend(query);
    return rows.length === 0 ? 'No calls in this time.\n' : spendTable(by, rows, more);
  } finally {
    await ledger.close();
    await sql.close();
  }
}

function spendTable(by: SpendDimension, rows: readonly SpendRow[], more: boolean): string {
  const isByTime = rows.some(({ at }) => at !== undefined);
  const head = [...(isByTime ? ['at'] : []), by, 'calls', 'not ok', 'input', 'cached', 'output', 'dollars', 'unknown cost'];
  const lines = rows.map((row) => [
    ...(isByTime ? [new Date(row.at ?? 0).toISOString().slice(0, 13).replace('T', ' ')] : []),
    row.value ?? '-',
    row.calls,
    row.calls - row.okCalls,
    row.inputTokens,
    row.cachedTokens,
    row.outputTokens,
    toDollars(row.micros),
    row.unknownCalls === 0 ? '' : `${row.unknownCalls} calls`,
  ]);
  return toTable(head, lines) + (more ? 'There are more rows: --limit shows them.\n' : '');
}

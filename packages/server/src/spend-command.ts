import { existsSync } from 'node:fs';
import { defineCommand } from 'citty';
import type { CommandDef } from 'citty';
import { ProxyError, spendDimensions } from '@ai-proxy/core';
import type { SpendDimension, SpendRow } from '@ai-proxy/core';
import { readMoment, toDollars } from '@ai-proxy/logger/reading';
import { openSql, sqlLedger } from '@ai-proxy/sql';
import type { SqlDatabase } from '@ai-proxy/sql';
import { SettingsError } from './server-settings.ts';
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
  async run({ args: given }) {
    try {
      process.stdout.write(await printSpend(given, process.env['DATABASE_URL']));
    } catch (error) {
      if (!(error instanceof SettingsError) && !(error instanceof ProxyError)) throw error;
      process.stderr.write(`ai-proxy: ${error.message}\n`);
      process.exitCode = 1;
    }
  },
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
  const url = given.database ?? (environmentUrl || 'sqlite:ai-proxy.db');
  const file = /^sqlite:(.*)$/.exec(url)?.[1];
  if (file !== undefined && !existsSync(file))
    throw new SettingsError(`there is no ledger at "${file}". Name it by --database or DATABASE_URL.`);

  const now = Date.now();
  const sql = open(url);
  const ledger = sqlLedger(sql);
  try {
    const { rows, more } = await ledger.spend({
      by,
      from: readMoment('from', given.from, now),
      ...(given.to === undefined ? {} : { to: readMoment('to', given.to, now) }),
      ...(given.only === undefined ? {} : { only: given.only }),
      ...(per === undefined ? {} : { per }),
      limit: Number(given.limit),
    });
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

function open(url: string): SqlDatabase {
  try {
    return openSql(url);
  } catch (error) {
    throw new SettingsError(error instanceof Error ? error.message : 'the database cannot be opened');
  }
}

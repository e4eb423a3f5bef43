import { isJsonObject } from '@ai-proxy/core';
import type { JsonObject, JsonValue } from '@ai-proxy/core';
import { defineCommand } from 'citty';
import type { CommandDef } from 'citty';
import { checkArguments } from '../check-arguments.ts';
import { withOneLineErrors } from '../one-line-errors.ts';
import { SettingsError } from '../server-settings.ts';
import { toTable } from '../table.ts';
import { openAdministration } from './administration.ts';
import type { Administration } from './administration.ts';
import { storeOptions } from './store-options.ts';
import { textOf } from './text-of.ts';

const own = {
  owner: { type: 'string', description: 'Only those of this owner', valueHint: 'name' },
  team: { type: 'string', description: 'Only those of this team', valueHint: 'name' },
  alias: { type: 'string', description: 'Only the one of this name', valueHint: 'name' },
  limit: { type: 'string', description: 'The most rows', valueHint: 'number', default: '100' },
} as const;
const args: typeof own & typeof storeOptions = { ...own, ...storeOptions };

/** `ai-proxy keys list`: what keys there are, without the keys. */
export const listCommand: CommandDef<typeof args> = defineCommand({
  meta: { name: 'ai-proxy keys list', description: 'Print which keys there are; the keys themselves are not kept' },
  args,
  run: async ({ args: given, rawArgs }) =>
    withOneLineErrors(async () => {
      checkArguments('ai-proxy keys list', rawArgs, args);
      if (!/^[1-9]\d{0,5}$/.test(given.limit)) throw new SettingsError(`--limit has to be a whole number; it is "${given.limit}".`);
      const administration = await openAdministration({ database: given.database });
      try {
        const { keys, more } = await read(administration, given, Number(given.limit));
        if (given.json) process.stdout.write(`${JSON.stringify(keys, undefined, 2)}\n`);
        else process.stdout.write(keys.length === 0 ? 'No keys.\n' : table(keys));
        if (more && !given.json) process.stdout.write('There are more: --limit shows them.\n');
      } finally {
        await administration.close();
      }
    }),
});

interface Filter {
  readonly owner?: string | undefined;
  readonly team?: string | undefined;
  readonly alias?: string | undefined;
}

async function read(
  { ask }: Administration,
  { owner, team, alias }: Filter,
  limit: number,
): Promise<{ readonly keys: readonly JsonObject[]; readonly more: boolean }> {
  const keys: JsonObject[] = [];
  let cursor: JsonValue | undefined;
  do {
    const wanted = { user_id: owner, team_id: team, key_alias: alias, size: String(Math.min(1000, limit - keys.length)), cursor };
    const query = new URLSearchParams({ return_full_object: 'true' });
    for (const [name, value] of Object.entries(wanted)) if (typeof value === 'string') query.set(name, value);
    const page = await ask('GET', `/key/list?${query}`);
    keys.push(...(Array.isArray(page['keys']) ? page['keys'].filter((key) => isJsonObject(key)) : []));
    cursor = page['next_cursor'];
  } while (typeof cursor === 'string' && keys.length < limit);
  return { keys, more: typeof cursor === 'string' };
}

const head = ['alias', 'id', 'key', 'owner', 'team', 'models', 'dollars', 'rpm', 'tpm', 'parallel', 'expires', 'state'];

const table = (keys: readonly JsonObject[]): string => toTable(head, keys.map(toRow));

function toRow(key: JsonObject): string[] {
  const { max_budget: dollars, budget_duration: span, expires } = key;
  const isOver = typeof expires === 'string' && Date.parse(expires) <= Date.now();
  return [
    ...['key_alias', 'token_id', 'key_name', 'user_id', 'team_id', 'models'].map((field) => textOf(key[field])),
    typeof span === 'string' ? `${textOf(dollars)}/${span}` : textOf(dollars),
    ...['rpm_limit', 'tpm_limit', 'max_parallel_requests'].map((field) => textOf(key[field])),
    textOf(expires).slice(0, 10),
    key['blocked'] === true ? 'blocked' : isOver ? 'expired' : 'good',
  ];
}

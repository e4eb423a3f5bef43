import type { JsonObject } from '@ai-proxy/core';
import { defineCommand } from 'citty';
import type { CommandDef } from 'citty';
import { checkArguments } from '../check-arguments.ts';
import { withOneLineErrors } from '../one-line-errors.ts';
import { SettingsError } from '../server-settings.ts';
import { openAdministration } from './administration.ts';
import type { Administration } from './administration.ts';
import { storeOptions } from './store-options.ts';

const own = {
  name: { type: 'positional', description: 'Aliases or ids of keys, or the keys themselves', required: false, valueHint: '...' },
  block: { type: 'boolean', description: 'Block it, which can be taken back, and do not delete it', default: false },
  unblock: { type: 'boolean', description: 'Take a block back', default: false },
} as const;
const args: typeof own & typeof storeOptions = { ...own, ...storeOptions };

/** `ai-proxy keys revoke`: ends keys, in every server within two seconds. */
export const revokeCommand: CommandDef<typeof args> = defineCommand({
  meta: { name: 'ai-proxy keys revoke', description: 'Delete keys, or block them. Servers honour it within two seconds' },
  args,
  run: async ({ args: given, rawArgs }) =>
    withOneLineErrors(async () => {
      checkArguments('ai-proxy keys revoke', rawArgs, args);
      if (given._.length === 0) throw new SettingsError('say which key: ai-proxy keys revoke NAME, by its alias or its id.');
      if (given.block && given.unblock) throw new SettingsError('--block and --unblock exclude each other.');
      const administration = await openAdministration({ database: given.database });
      try {
        // All of them are looked for before the first is gone: a mistake in one name ends none.
        const ids = [...new Set(await Promise.all(given._.map(async (name) => administration.idOf(name))))];
        const [done, answer] = await carryOut(administration, ids, given);
        if (given.json) process.stdout.write(`${JSON.stringify(answer, undefined, 2)}\n`);
        else for (const id of ids) process.stdout.write(`${done} ${id}\n`);
      } finally {
        await administration.close();
      }
    }),
});

async function carryOut(
  { ask }: Administration,
  ids: readonly string[],
  { block, unblock }: { readonly block: boolean; readonly unblock: boolean },
): Promise<[done: string, answer: JsonObject | readonly JsonObject[]]> {
  if (!block && !unblock) return ['deleted', await ask('POST', '/key/delete', { keys: [...ids] })];
  const answers: JsonObject[] = [];
  for (const key of ids) answers.push(await ask('POST', block ? '/key/block' : '/key/unblock', { key }));
  return [block ? 'blocked' : 'unblocked', answers];
}

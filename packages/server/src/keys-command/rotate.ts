import { defineCommand } from 'citty';
import type { CommandDef } from 'citty';
import { checkArguments } from '../check-arguments.ts';
import { withOneLineErrors } from '../one-line-errors.ts';
import { SettingsError } from '../server-settings.ts';
import { openAdministration } from './administration.ts';
import { printNewKey } from './print-key.ts';
import { storeOptions } from './store-options.ts';

const own = {
  name: { type: 'positional', description: 'The alias or the id of a key, or the key itself', required: false },
  'grace-period': {
    type: 'string',
    description: 'For how long the old key still opens: 15m, 24h; without it no moment',
    valueHint: 'span',
  },
} as const;
const args: typeof own & typeof storeOptions = { ...own, ...storeOptions };

/** `ai-proxy keys rotate`: puts a new key in the place of one; limits, budgets and what was spent stay. */
export const rotateCommand: CommandDef<typeof args> = defineCommand({
  meta: { name: 'ai-proxy keys rotate', description: 'Make a new key in the place of one. What it may, and what it has spent, stays' },
  args,
  run: async ({ args: given, rawArgs }) =>
    withOneLineErrors(async () => {
      checkArguments('ai-proxy keys rotate', rawArgs, args);
      const [name, ...others] = given._;
      if (name === undefined || others.length > 0)
        throw new SettingsError('say which key: ai-proxy keys rotate NAME, by its alias or its id.');
      const grace = given['grace-period'];
      if (grace !== undefined && !/^\d+(?:s|m|h|d|w|mo)$/.test(grace))
        throw new SettingsError(`--grace-period has to be a span such as 15m, 24h or 7d; it is "${grace.slice(0, 60)}".`);
      const administration = await openAdministration({ database: given.database });
      try {
        const body = { key: await administration.idOf(name), ...(grace === undefined ? {} : { grace_period: grace }) };
        const made = await administration.ask('POST', '/key/regenerate', body);
        printNewKey(made, given.json, grace === undefined ? 'The old one opens nothing any more.' : `The old one opens for ${grace}.`);
      } finally {
        await administration.close();
      }
    }),
});

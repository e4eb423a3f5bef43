import { defineCommand } from 'citty';
import type { CommandDef } from 'citty';
import { checkArguments } from '../check-arguments.ts';
import { withOneLineErrors } from '../one-line-errors.ts';
import { openAdministration } from './administration.ts';
import { keyOptions, namingOptions, toKeyFields } from './key-options.ts';
import { printNewKey } from './print-key.ts';
import { storeOptions } from './store-options.ts';

const args: typeof keyOptions & typeof storeOptions = { ...keyOptions, ...storeOptions };

/** `ai-proxy keys create`: makes a key, and prints it once. */
export const createCommand: CommandDef<typeof args> = defineCommand({
  meta: { name: 'ai-proxy keys create', description: 'Make a key. It is printed this once: only its hash is kept' },
  args,
  run: async ({ args: given, rawArgs }) =>
    withOneLineErrors(async () => {
      checkArguments('ai-proxy keys create', rawArgs, args);
      const fields = toKeyFields(given);
      const administration = await openAdministration({ database: given.database, mayCreate: true });
      try {
        const made = await namingOptions(administration.ask('POST', '/key/generate', fields));
        printNewKey({ ...made, created_by: administration.operator }, given.json, `It is kept in ${administration.place}.`);
      } finally {
        await administration.close();
      }
    }),
});

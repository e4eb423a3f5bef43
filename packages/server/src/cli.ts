#!/usr/bin/env node
import { nearestNames } from '@ai-proxy/core';
import { runMain } from 'citty';
import { withOneLineErrors } from './one-line-errors.ts';
import { SettingsError } from './server-settings.ts';

// `pnpm start -- --port 9000` hands the separator on too.
const rawArgs = process.argv.slice(2).filter((argument) => argument !== '--');
const [word = '', ...rest] = rawArgs;

// Only what is asked for is loaded: the server brings much that a look at the keys does not need.
await withOneLineErrors(async () => {
  if (word === 'keys') {
    const { runKeysCommand } = await import('./keys-command/keys-command.ts');
    await runKeysCommand(rest);
  } else if (word === 'spend') {
    const { spendCommand } = await import('./spend-command.ts');
    await runMain(spendCommand, { rawArgs: rest });
  } else if (word === '' || word.startsWith('-')) {
    const { command } = await import('./command.ts');
    await runMain(command, { rawArgs });
  } else throw unknown(word);
});

function unknown(name: string): SettingsError {
  const [near] = nearestNames(name, ['keys', 'spend'], 1);
  const hint = near === undefined ? '' : `; did you mean "${near}"?`;
  return new SettingsError(
    `there is no command "${name.slice(0, 60)}"${hint === '' ? '.' : hint} ` +
      'Without one it serves, "ai-proxy keys" makes and revokes keys, and "ai-proxy spend" prints what was spent.',
  );
}

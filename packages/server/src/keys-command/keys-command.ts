import { nearestNames } from '@ai-proxy/core';
import { defineCommand, runMain, showUsage } from 'citty';
import type { CommandDef } from 'citty';
import { SettingsError } from '../server-settings.ts';
import { createCommand } from './create.ts';
import { listCommand } from './list.ts';
import { revokeCommand } from './revoke.ts';
import { rotateCommand } from './rotate.ts';

/** What can be done with keys. */
const names = ['create', 'list', 'revoke', 'rotate'] as const;

/** `ai-proxy keys`: its help. */
const keysCommand: CommandDef = defineCommand({
  meta: {
    name: 'ai-proxy keys',
    description: 'Make, list, revoke and rotate keys, in the stores that DATABASE_URL and REDIS_URL name, whether a server runs or not',
  },
  subCommands: { create: createCommand, list: listCommand, revoke: revokeCommand, rotate: rotateCommand },
});

/** Runs one of the commands of keys. */
export async function runKeysCommand([name, ...rawArgs]: readonly string[]): Promise<void> {
  switch (names.find((one) => one === name)) {
    case 'create':
      return runMain(createCommand, { rawArgs });
    case 'list':
      return runMain(listCommand, { rawArgs });
    case 'revoke':
      return runMain(revokeCommand, { rawArgs });
    case 'rotate':
      return runMain(rotateCommand, { rawArgs });
    default:
      if (name === undefined || name === '--help' || name === '-h') return showUsage(keysCommand);
      throw unknown(name);
  }
}

function unknown(name: string): SettingsError {
  const [near] = nearestNames(name, [...names, ...Object.keys(synonyms)], 1);
  const meant = near === undefined ? undefined : (synonyms[near] ?? near);
  const hint = meant === undefined ? '' : `; did you mean "ai-proxy keys ${meant}"?`;
  return new SettingsError(`there is no command "keys ${name.slice(0, 60)}"${hint === '' ? ';' : hint} There are ${names.join(', ')}.`);
}

/** What others call it. */
const synonyms: Readonly<Record<string, string>> = {
  delete: 'revoke',
  block: 'revoke --block',
  make: 'create',
  generate: 'create',
  regenerate: 'rotate',
};

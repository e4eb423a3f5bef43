#!/usr/bin/env node
import { runMain } from 'citty';
import { command } from './command.ts';
import { spendCommand } from './spend-command.ts';

// `pnpm start -- --port 9000` hands the separator on too.
const rawArgs = process.argv.slice(2).filter((argument) => argument !== '--');
const [word = '', ...rest] = rawArgs;

if (word === 'spend') {
  await runMain(spendCommand, { rawArgs: rest });
} else if (word === '' || word.startsWith('-')) {
  await runMain(command, { rawArgs });
} else {
  process.stderr.write(`ai-proxy: there is no command "${word}"; without one it serves, and "ai-proxy spend" prints what was spent.\n`);
  process.exitCode = 1;
}

#!/usr/bin/env node
import { runMain } from 'citty';
import { command } from './command.ts';

const given = process.argv.slice(2);
// `pnpm start -- --port 9000` hands the separator on too.
await runMain(command, { rawArgs: given[0] === '--' ? given.slice(1) : given });

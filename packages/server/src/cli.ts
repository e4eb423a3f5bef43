#!/usr/bin/env node
import { runMain } from 'citty';
import { command } from './command.ts';

// `pnpm start -- --port 9000` hands the separator on too.
await runMain(command, { rawArgs: process.argv.slice(2).filter((argument) => argument !== '--') });

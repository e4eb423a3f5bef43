import { ProxyError } from '@ai-proxy/core';
import { SettingsError } from './server-settings.ts';

/** Runs a command. A mistake of whoever called it is one line and the exit code 1; anything else is a fault of ours, and is shown whole. */
export async function withOneLineErrors(run: () => Promise<void>): Promise<void> {
  try {
    await run();
  } catch (error) {
    if (!(error instanceof SettingsError) && !(error instanceof ProxyError)) throw error;
    process.stderr.write(`ai-proxy: ${error.message}\n`);
    process.exitCode = 1;
  }
}

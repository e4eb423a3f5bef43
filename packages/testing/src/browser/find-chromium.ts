import { join } from 'node:path';
import { findProgramFolder, installWithApt } from '../servers/find-programs.ts';

/** How a Chromium is started: what `chromium.launch()` of playwright-core takes. */
export interface ChromiumProgram {
  readonly executablePath: string;
  readonly args: string[];
}

/**
 * Finds a Chromium on the PATH, or installs one where that can be done. Otherwise says so in one line and gives nothing, so that tests can be skipped;
 * with `CI=true` it throws instead.
 */
export async function findChromium(): Promise<ChromiumProgram | undefined> {
  const found = (await look()) ?? (await install());
  if ('executablePath' in found) return found;
  const message = `Chromium is not on this machine, and ${found.reason}: what needs it is skipped`;
  if (process.env['CI'] === 'true') throw new Error(message);
  console.warn(message);
  return undefined;
}

async function look(): Promise<ChromiumProgram | undefined> {
  for (const name of ['chromium', 'chromium-browser', 'google-chrome']) {
    const folder = await findProgramFolder([name], []);
    if (folder !== undefined) return { executablePath: join(folder, name), args: quietly() };
  }
  return undefined;
}

async function install(): Promise<ChromiumProgram | { readonly reason: string }> {
  const refused = await installWithApt('chromium');
  if (refused !== undefined) return { reason: refused };
  return (await look()) ?? { reason: 'its package holds no program that could be started' };
}

/** It asks nobody but the page's own server, and runs as root where the tests do. */
function quietly(): string[] {
  const quiet = [
    '--disable-gpu',
    '--disable-quic',
    '--no-first-run',
    '--disable-background-networking',
    '--disable-component-update',
    '--disable-sync',
  ];
  return process.getuid?.() === 0 ? ['--no-sandbox', ...quiet] : quiet;
}

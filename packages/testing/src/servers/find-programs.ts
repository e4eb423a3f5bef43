import { execFile } from 'node:child_process';
import { access, constants, glob, realpath } from 'node:fs/promises';
import { delimiter, dirname, join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** The folder that holds all of some programs: one that the PATH leads to, or the newest that matches one of the patterns. */
export async function findProgramFolder(programs: readonly string[], patterns: readonly string[]): Promise<string | undefined> {
  const folders: string[] = [];
  for (const folder of (process.env['PATH'] ?? '').split(delimiter)) {
    // Some packages link a few of their programs into the PATH, and not the others.
    if (folder !== '') folders.push(folder, dirname(await realpath(join(folder, programs[0] ?? '')).catch(() => '/nowhere/at-all')));
  }
  for (const pattern of patterns) {
    const found: string[] = [];
    for await (const path of glob(pattern)) found.push(path);
    folders.push(...found.toSorted((one, other) => other.localeCompare(one, 'en', { numeric: true })));
  }
  for (const folder of folders) {
    const present = await Promise.all(programs.map(async (program) => isExecutable(join(folder, program))));
    if (!present.includes(false)) return folder;
  }
  return undefined;
}

/** Installs a package with apt, where this process may; says why it did not. */
export async function installWithApt(name: string): Promise<string | undefined> {
  if (process.getuid?.() !== 0) return 'this process may not install it';
  const environment = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  const wait = ['-o', 'DPkg::Lock::Timeout=300', '-q', '-y'];
  try {
    await run('apt-get', ['update', ...wait], { env: environment });
    await run('apt-get', ['install', '--no-install-recommends', ...wait, name], { env: environment });
    return undefined;
  } catch (error) {
    return `apt-get could not install it: ${error instanceof Error ? error.message.split('\n')[0] : String(error)}`;
  }
}

async function isExecutable(path: string): Promise<boolean> {
  try {
    await access(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

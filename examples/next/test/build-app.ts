import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { promisify } from 'node:util';

const run = promisify(execFile);
const root = join(import.meta.dirname, '../../..');

/** The program of Next.js, wherever it is installed. */
export const nextProgram: string = createRequire(import.meta.url).resolve('next/dist/bin/next');

/** The application of the contract of bindings. */
export const contractApp: string = join(import.meta.dirname, 'contract-app');

/** Nothing of the environment that a test has, and no word to anybody. */
export const buildEnvironment: NodeJS.ProcessEnv = {
  PATH: process.env.PATH,
  HOME: process.env.HOME,
  NODE_ENV: 'production',
  NEXT_TELEMETRY_DISABLED: '1',
};

/** Builds an application with Next.js, in front of it the packages of this repository: Next.js reads them as npm delivers them. */
export async function buildApp(folder: string): Promise<void> {
  await alone(async () => {
    if (existsSync(join(root, 'tsconfig.build.json'))) {
      const packages = ['next', 'connect'].map((name) => join(root, 'packages', name));
      await run(process.execPath, [join(root, 'node_modules/typescript/bin/tsc'), '-b', ...packages]);
    }
    await run(process.execPath, [nextProgram, 'build', folder], { env: buildEnvironment });
  }).catch((error: { stdout?: string; stderr?: string }) => {
    throw new Error(`${folder} could not be built:\n${error.stdout ?? ''}${error.stderr ?? ''}`, { cause: error });
  });
}

/** Test files run side by side, and builds would write the same files at the same time. */
async function alone(work: () => Promise<void>): Promise<void> {
  const lock = join(root, 'node_modules/.cache/next-build.lock');
  await mkdir(dirname(lock), { recursive: true });
  while (!(await take(lock))) await setTimeout(100);
  try {
    await work();
  } finally {
    await rm(lock, { force: true });
  }
}

async function take(lock: string): Promise<boolean> {
  try {
    await writeFile(lock, String(process.pid), { flag: 'wx' });
    return true;
  } catch {
    const owner = Number(await readFile(lock, 'utf8').catch(() => ''));
    // Who was killed has left it behind.
    if (owner > 0 && !isAlive(owner)) await rm(lock, { force: true });
    return false;
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

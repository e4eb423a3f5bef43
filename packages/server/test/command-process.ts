import { execFile, spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { onTestFinished } from 'vitest';

const cli = fileURLToPath(new URL('../src/cli.ts', import.meta.url));

export interface Finished {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export type Environment = Readonly<Record<string, string>>;

/** Starts the command in a folder, with nothing in its environment but what is given. */
export function startCommand(folder: string, args: readonly string[], environment: Environment = {}): ChildProcess {
  return spawn(process.execPath, ['--conditions=ai-proxy-source', cli, ...args], {
    cwd: folder,
    env: { NODE_ENV: 'test', PATH: process.env['PATH'], NO_COLOR: '1', ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
}

/** Runs the command to its end. */
export async function runCommand(folder: string, args: readonly string[], environment?: Environment): Promise<Finished> {
  const child = startCommand(folder, args, environment);
  const output = { stdout: '', stderr: '' };
  child.stdout?.on('data', (text) => (output.stdout += String(text)));
  child.stderr?.on('data', (text) => (output.stderr += String(text)));
  const [code] = (await once(child, 'close')) as [number | null];
  return { code, ...output };
}

/** Waits for the banner, and gives it. */
export async function bannerOf(child: ChildProcess): Promise<string> {
  let text = '';
  let complaints = '';
  child.stderr?.on('data', (more) => (complaints += String(more)));
  for await (const piece of child.stdout ?? []) {
    text += String(piece);
    if (text.includes('a.pdf')) return text;
  }
  throw new Error(`the command ended without a banner: ${text}${complaints}`);
}

/** Where a command listens. */
export async function listening(child: ChildProcess): Promise<string> {
  return /listens on (\S+)/.exec(await bannerOf(child))?.[1] ?? '';
}

/** Asks a command to stop, and gives its exit code and the signal that ended it. */
export async function stopped(child: ChildProcess, signal: NodeJS.Signals = 'SIGTERM'): Promise<unknown> {
  if (child.exitCode !== null || child.signalCode !== null) return [child.exitCode, child.signalCode];
  const ended = once(child, 'close');
  child.kill(signal);
  return ended;
}

/** An empty folder. */
export function emptyFolder(): string {
  return mkdtempSync(join(tmpdir(), 'ai-proxy-command-'));
}

/** An empty folder for the test that runs. */
export function folderOfTest(): string {
  const folder = emptyFolder();
  onTestFinished(() => removeFolder(folder));
  return folder;
}

export const removeFolder = (folder: string): void => rmSync(folder, { recursive: true, force: true });

export interface CurlAnswer {
  readonly status: number;
  readonly body: unknown;
}

/** The program curl, with the arguments as a shell would hand them over. */
export async function curl(...args: readonly string[]): Promise<CurlAnswer> {
  const { stdout } = await promisify(execFile)('curl', ['-sS', '--max-time', '20', '-w', '\n%{http_code}', ...args]);
  const end = stdout.lastIndexOf('\n');
  return { status: Number(stdout.slice(end + 1)), body: JSON.parse(stdout.slice(0, end)) as unknown };
}

/** Whether there is a curl; where continuous integration runs there has to be one. */
export async function hasCurl(): Promise<boolean> {
  try {
    await promisify(execFile)('curl', ['--version']);
    return true;
  } catch (error) {
    if (process.env['CI'] === 'true') throw error;
    console.warn('curl is not on this machine: what needs it is skipped');
    return false;
  }
}

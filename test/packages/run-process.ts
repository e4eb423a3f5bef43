import { execFile } from 'node:child_process';

/** What became of a process. */
export interface ProcessEnd {
  /** Its exit status; -1 where a signal or a time limit ended it. */
  readonly status: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Where a process runs, and how long it may. */
export interface ProcessOptions {
  readonly folder: string;
  /** Set beside what this process has; `undefined` takes a variable away. */
  readonly environment?: Readonly<Record<string, string | undefined>>;
  /** Milliseconds; ten minutes by default. */
  readonly timeout?: number;
}

/** Runs a program to its end, whatever the end is. Rejects only where there is no such program. */
export function runProcess(program: string, parameters: readonly string[], options: ProcessOptions): Promise<ProcessEnd> {
  const { folder, environment = {}, timeout = 600_000 } = options;
  return new Promise((resolve, reject) => {
    execFile(
      program,
      [...parameters],
      { cwd: folder, env: { ...userEnvironment(), ...environment }, timeout, maxBuffer: 64 * 1024 * 1024 },
      (error, stdout, stderr) => {
        if (error?.code === 'ENOENT')
          reject(new Error(`${program} is not to be found: run this with npx -y pnpm@12 test:packages or test:matrix`));
        else resolve({ status: error === null ? 0 : typeof error.code === 'number' ? error.code : -1, stdout, stderr });
      },
    );
  });
}

/** Runs a program and gives what it printed; rejects with its words where it fails. */
export async function runToSuccess(program: string, parameters: readonly string[], options: ProcessOptions): Promise<string> {
  const { status, stdout, stderr } = await runProcess(program, parameters, options);
  if (status === 0) return stdout;
  throw new Error(`${program} ${parameters.join(' ')} ended with ${status}\n${[stdout, stderr].join('\n').trim().slice(-8000)}`);
}

/** What a script's runner adds for its own script would be taken for a user's settings by another package manager, or by another Node. */
function userEnvironment(): NodeJS.ProcessEnv {
  const foreign =
    /^(?:p?npm_(?:package|lifecycle|command|execpath|node_execpath|config_(?:local_prefix|user_agent|verify))|PNPM_|INIT_CWD$|NODE$|NODE_OPTIONS$|NODE_PATH$)/;
  const environment = { ...process.env };
  for (const name of Object.keys(environment)) if (foreign.test(name)) delete environment[name];
  return environment;
}

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { buildEnvironment, nextProgram } from './build-app.ts';

/** An application that `next start` serves, in a process of its own. */
export interface NextServer {
  readonly url: string;
  readonly port: number;
  /** What it has written. */
  readonly output: () => string;
  close(): Promise<void>;
}

export async function startNext(folder: string, environment: Readonly<Record<string, string>>): Promise<NextServer> {
  const server = spawn(process.execPath, [nextProgram, 'start', folder, '--port', '0', '--hostname', '127.0.0.1'], {
    env: { ...buildEnvironment, ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  const port = await new Promise<number>((resolve, reject) => {
    const keep = (text: string): void => {
      output += text;
      const found = /Local:\s+http:\/\/[^:]+:(\d+)/.exec(output)?.[1];
      if (found !== undefined && output.includes('Ready in')) resolve(Number(found));
    };
    server.stdout.setEncoding('utf8').on('data', keep);
    server.stderr.setEncoding('utf8').on('data', keep);
    server.once('exit', (code) => reject(new Error(`next start ended with ${code}:\n${output}`)));
  });
  return {
    url: `http://127.0.0.1:${port}`,
    port,
    output: () => output,
    async close() {
      const ended = once(server, 'exit');
      server.kill();
      await ended;
    },
  };
}

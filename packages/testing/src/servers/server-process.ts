import { spawn } from 'node:child_process';
import { createServer, Socket } from 'node:net';
import { once } from 'node:events';

/** A program that ends with the process that started it, however that ends; its folder goes too, unless it was stopped. */
export interface ServerProcess {
  /** Everything it has written. */
  readonly output: () => string;
  readonly ended: Promise<void>;
  stop(): Promise<void>;
}

export interface ServerProcessOptions {
  readonly user?: { readonly uid: number; readonly gid: number } | undefined;
  readonly folder: string;
}

/** The shell waits for a line, or for the end of its input: that comes when whoever holds the other end dies, and nobody will need the folder again. */
const untilLeft = '"$@" & server=$!; read -r _ || left=1; kill -INT $server; wait $server; [ -z "$left" ] || rm -rf "$PWD"';

export function startServerProcess(command: string, parameters: readonly string[], { user, folder }: ServerProcessOptions): ServerProcess {
  const shell = spawn('/bin/sh', ['-c', untilLeft, 'sh', command, ...parameters], {
    cwd: folder,
    stdio: ['pipe', 'pipe', 'pipe'],
    // A break from the keyboard is for the tests; their end then ends this.
    detached: true,
    ...user,
  });
  const written: string[] = [];
  const keep = (text: string): void => void (written.length < 500 && written.push(text));
  shell.stdout.setEncoding('utf8').on('data', keep);
  shell.stderr.setEncoding('utf8').on('data', keep);
  shell.stdin.on('error', () => {});
  const ended = once(shell, 'close').then(() => {});
  // Tests that forget a server end all the same.
  shell.unref();
  const streams = [shell.stdin, shell.stdout, shell.stderr].filter((stream) => stream instanceof Socket);
  for (const stream of streams) stream.unref();
  return {
    output: () => written.join(''),
    ended,
    async stop() {
      shell.ref();
      // Its end is told when the last of them has closed.
      for (const stream of streams) stream.ref();
      shell.stdin.end('stop\n');
      await ended;
    },
  };
}

/** A port that nobody listens on. */
export async function freePort(): Promise<number> {
  const server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (address === null || typeof address === 'string') throw new Error('the system gave no port');
  return address.port;
}

import { fork } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { cpuQuestion } from './serve-measured.ts';
import type { MeasuredMessage } from './serve-measured.ts';

/** A server in a process of its own, whose CPU time can be asked for. */
export interface MeasuredProcess {
  readonly origin: string;
  /** Microseconds of user and system time of all its threads, collector and compiler included. */
  cpu(): Promise<number>;
  close(): Promise<void>;
}

/** Starts a module that calls `serveMeasured`, with the conditions that this process was started with. */
export async function startMeasured(
  module: URL,
  parameters: readonly string[],
  nodeOptions: readonly string[] = [],
): Promise<MeasuredProcess> {
  const child = fork(module, [...parameters], {
    execArgv: [...process.execArgv, ...nodeOptions],
    // What a proxy logs is written, and read by nobody.
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  const ready = await nextMessage(child, 'ready');
  return {
    origin: `http://127.0.0.1:${ready.port}`,
    async cpu() {
      const asked = nextMessage(child, 'cpu');
      child.send(cpuQuestion);
      return (await asked).microseconds;
    },
    async close() {
      if (child.exitCode !== null || child.signalCode !== null) return;
      const exited = once(child, 'exit');
      child.disconnect();
      await exited;
    },
  };
}

type MessageOf<Kind extends MeasuredMessage['kind']> = Extract<MeasuredMessage, { readonly kind: Kind }>;

function nextMessage<Kind extends MeasuredMessage['kind']>(child: ChildProcess, kind: Kind): Promise<MessageOf<Kind>> {
  return new Promise((resolve, reject) => {
    const onMessage = (message: unknown): void => {
      const told = message as MeasuredMessage;
      if (told.kind !== kind) return;
      stop();
      resolve(told as MessageOf<Kind>);
    };
    const onExit = (status: number | null): void => {
      stop();
      reject(
        new Error(
          `the process ${child.spawnargs.slice(1).join(' ')} ended with ${status ?? 'a signal'} when it should have said "${kind}"`,
        ),
      );
    };
    const stop = (): void => {
      child.off('message', onMessage);
      child.off('exit', onExit);
    };
    child.on('message', onMessage);
    child.on('exit', onExit);
  });
}

import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { ProxyError } from '@ai-proxy/core/ledger';
import type { LedgerWork } from '../ledger-work.ts';
import type { WorkAnswer, WorkerStart, WorkName, WorkRequest } from './messages.ts';

/** A ledger's work in a thread of its own, which is started at the first use and again after it has broken. */
export function createLedgerInWorker(url: string): LedgerWork {
  let running: Worker | undefined;
  let lastId = 0;
  const waiting = new Map<number, PromiseWithResolvers<unknown>>();

  function start(): Worker {
    const workerData: WorkerStart = { url };
    const isSource = import.meta.url.endsWith('.ts');
    const place = isSource ? new URL('ledger-worker.ts', import.meta.url) : new URL('ledger-worker.js', import.meta.url);
    const worker = new Worker(place, {
      workerData,
      name: 'ai-proxy ledger',
      ...(isSource ? { execArgv: ['--conditions=ai-proxy-source'] } : {}),
    });
    worker.on('message', settle);
    worker.on('error', (error) => lose(worker, error));
    worker.on('exit', (code) => lose(worker, new Error(`The thread of the ledger has ended with ${code}.`)));
    worker.unref();
    return worker;
  }

  function settle(answer: WorkAnswer): void {
    const one = waiting.get(answer.id);
    waiting.delete(answer.id);
    // A thread that has nothing to do keeps no process alive.
    if (waiting.size === 0) running?.unref();
    if ('failure' in answer) one?.reject(toError(answer.failure));
    else one?.resolve(answer.output);
  }

  function lose(worker: Worker, reason: unknown): void {
    if (running !== worker) return;
    running = undefined;
    for (const one of waiting.values()) one.reject(reason);
    waiting.clear();
  }

  async function ask(work: WorkName, parameters: readonly unknown[]): Promise<unknown> {
    running ??= start();
    lastId += 1;
    const request: WorkRequest = { id: lastId, work, input: JSON.stringify(parameters) };
    const answered = Promise.withResolvers<unknown>();
    waiting.set(request.id, answered);
    running.ref();
    send(running, request);
    return answered.promise;
  }

  // What comes back was made by the same functions in the other thread.
  const asking =
    <Work extends WorkName>(work: Work) =>
    async (...parameters: Parameters<LedgerWork[Work]>): Promise<Awaited<ReturnType<LedgerWork[Work]>>> =>
      (await ask(work, parameters)) as Awaited<ReturnType<LedgerWork[Work]>>;

  return {
    recordCalls: asking('recordCalls'),
    calls: asking('calls'),
    call: asking('call'),
    spend: asking('spend'),
    feedback: asking('feedback'),
    prune: asking('prune'),
    async close() {
      const worker = running;
      if (!worker) return;
      await Promise.allSettled([...waiting.values()].map(async ({ promise }) => promise));
      if (running !== worker) return;
      worker.ref();
      send(worker, 'close');
      await once(worker, 'exit');
    },
  };
}

function send(worker: Worker, message: WorkRequest | 'close'): void {
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread has no origin
  worker.postMessage(message);
}

function toError({ message, code, param }: { message: string; code: string | undefined; param: string | undefined }): Error {
  if (code === undefined) return new Error(message);
  return new ProxyError(message, { status: 400, code, param: param ?? null, source: 'caller' });
}

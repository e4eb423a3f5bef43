import { parentPort, workerData } from 'node:worker_threads';
import { ProxyError } from '@ai-proxy/core/ledger';
import { openSql } from '../../database/open-sql.ts';
import { createLedgerWork } from '../ledger-work.ts';
import type { WorkAnswer, WorkerStart, WorkRequest } from './messages.ts';

// node:sqlite is synchronous: in this thread it holds up nobody but itself.
const { url } = workerData as WorkerStart;
const database = openSql(url);
const work = createLedgerWork(database);

const send = (message: WorkAnswer): void => {
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread has no origin
  parentPort?.postMessage(message);
};

async function answer({ id, work: name, input }: WorkRequest): Promise<WorkAnswer> {
  try {
    // JSON has null where an argument was left out.
    const parameters = (JSON.parse(input) as unknown[]).map((one) => one ?? undefined) as [never, never, never];
    return { id, output: await work[name](...parameters) };
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    const { code, param } = error instanceof ProxyError ? error : { code: undefined, param: undefined };
    return { id, failure: { message, code: code ?? undefined, param: param ?? undefined } };
  }
}

parentPort?.on('message', (request: WorkRequest | 'close') => {
  if (request === 'close') {
    void database.close().then(() => parentPort?.close());
  } else {
    void answer(request).then(send);
  }
});

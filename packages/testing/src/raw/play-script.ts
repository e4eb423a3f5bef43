import type { Socket } from 'node:net';
import { setImmediate as immediate, setTimeout as delay } from 'node:timers/promises';
import type { OpenLedger } from './ledger.ts';
import type { Script } from './script.ts';

/** What a script may wait for. */
export interface Waiting {
  readonly signal: AbortSignal;
  released(name: string): Promise<true>;
}

/** Plays a script; true where the connection goes on to its next request. */
export async function playScript(script: Script, socket: Socket, ledger: OpenLedger, wait: Waiting): Promise<boolean> {
  let slice = { bytes: 0, ms: 0 };
  for (const step of script) {
    if (wait.signal.aborted) return false;
    switch (step[0]) {
      case 'write':
      case 'extra':
        for (const piece of cut(Buffer.from(step[1]), slice.bytes)) {
          await write(socket, ledger, piece, step[0]);
          if (slice.bytes > 0) await pause(slice.ms, wait.signal);
        }
        break;
      case 'slice':
        slice = { bytes: step[1], ms: step[2] };
        break;
      case 'sleep':
        await pause(step[1], wait.signal);
        break;
      case 'waitFor':
        await Promise.race([wait.released(step[1]), aborted(wait.signal)]);
        break;
      case 'reset':
        // What was written should be on its way before the RST overtakes it; and a peer in this process should have read it in a poll of its own, since on Node 22
        // bytes and an RST in one poll are an ordinary end.
        await pause(2, wait.signal);
        await immediate();
        ledger.closedBy ??= 'script';
        socket.resetAndDestroy();
        return false;
      case 'end':
        ledger.closedBy ??= 'script';
        socket.end();
        return false;
      case 'hang':
        return false;
      default:
        step satisfies never;
    }
  }
  return true;
}

/** Settles when the socket has taken the bytes, so that a peer that does not read holds the script up. */
async function write(socket: Socket, ledger: OpenLedger, bytes: Buffer, kind: 'write' | 'extra'): Promise<void> {
  ledger.note(kind, bytes);
  if (socket.destroyed) return;
  await new Promise<void>((resolve) => {
    socket.write(bytes, () => resolve());
  });
}

function cut(bytes: Buffer, size: number): Buffer[] {
  if (size <= 0) return [bytes];
  return Array.from({ length: Math.ceil(bytes.length / size) }, (_, index) => bytes.subarray(index * size, (index + 1) * size));
}

async function pause(ms: number, signal: AbortSignal): Promise<void> {
  await delay(ms, undefined, { signal }).catch(() => undefined);
}

async function aborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return;
  await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
}

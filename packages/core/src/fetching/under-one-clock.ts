import type { RemoteFile } from '../provider/provider.ts';
import { tooSlow } from './refusals.ts';

/** One call can name eight files, and many callers come at once. */
const mostAtOnce = 4;

/**
 * Works on files side by side, a few at a time, and ends them all when one fails, when their time is over or when the call ends: what ended them is thrown once
 * nothing is under way any more.
 */
export async function underOneClock(
  call: AbortSignal,
  files: readonly RemoteFile[],
  milliseconds: number,
  work: (file: RemoteFile, signal: AbortSignal) => Promise<void>,
): Promise<void> {
  call.throwIfAborted();
  const ending = new AbortController();
  const underWay = new Set<RemoteFile>();
  const waiting = files.values();
  const worker = async (): Promise<void> => {
    for (const file of waiting) {
      if (ending.signal.aborted) return;
      underWay.add(file);
      try {
        await work(file, ending.signal);
      } catch (error) {
        ending.abort(error);
      }
      underWay.delete(file);
    }
  };

  const onCallEnded = (): void => ending.abort(call.reason);
  call.addEventListener('abort', onCallEnded, { once: true });
  const clock = setTimeout(() => {
    for (const file of underWay) ending.abort(tooSlow(file, milliseconds));
  }, milliseconds);
  await Promise.all(Array.from({ length: Math.min(mostAtOnce, files.length) }, worker));
  clearTimeout(clock);
  call.removeEventListener('abort', onCallEnded);
  ending.signal.throwIfAborted();
}

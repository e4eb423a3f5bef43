import { isFlow } from './flow.ts';
import type { Flow, FlowControl, Sink } from './flow.ts';

/** A stream as a flow: as it is where it is one, read to the pace of the sink where it can only be asked. */
export function toFlow<T>(stream: AsyncIterable<T>): Flow<T> {
  if (isFlow(stream)) return stream;
  return {
    into: (sink) => pump(stream[Symbol.asyncIterator](), sink),
    [Symbol.asyncIterator]: () => stream[Symbol.asyncIterator](),
  };
}

function pump<T>(iterator: AsyncIterator<T>, sink: Sink<T>): FlowControl {
  let wanted = false;
  let running = false;
  let isOver = false;

  async function run(): Promise<void> {
    running = true;
    try {
      while (wanted) {
        // oxlint-disable-next-line no-await-in-loop -- each value is asked for when the one before was taken
        const result = await iterator.next();
        if (isOver) return;
        if (result.done === true) {
          isOver = true;
          sink.end();
          return;
        }
        wanted = false;
        if (sink.take(result.value)) wanted = true;
      }
    } catch (reason) {
      if (isOver) return;
      isOver = true;
      sink.fail(reason);
    } finally {
      running = false;
    }
  }

  return {
    resume() {
      wanted = true;
      if (!running && !isOver) void run();
    },
    stop() {
      if (isOver) return;
      isOver = true;
      release(iterator);
    },
  };
}

/** Tells whoever makes a stream that nobody wants the rest. What it throws on the way out has no reader any more. */
function release(iterator: AsyncIterator<unknown>): void {
  try {
    iterator.return?.().then(undefined, () => {});
  } catch {
    // An iterator made by hand may throw at once.
  }
}

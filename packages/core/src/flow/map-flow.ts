import type { Flow } from './flow.ts';
import { iterate } from './iterate.ts';
import { toFlow } from './to-flow.ts';

/** Changes each value on its way. Where that throws, the stream breaks there. */
export function mapFlow<T, U>(stream: AsyncIterable<T>, change: (value: T) => U): Flow<U> {
  const flow: Flow<U> = {
    into(sink) {
      const control = toFlow(stream).into({
        take(value) {
          let changed: U;
          try {
            changed = change(value);
          } catch (reason) {
            control.stop();
            sink.fail(reason);
            return false;
          }
          return sink.take(changed);
        },
        end: () => sink.end(),
        fail: (reason) => sink.fail(reason),
      });
      return control;
    },
    [Symbol.asyncIterator]: () => iterate(flow),
  };
  return flow;
}

/** Tells of a reader who stops before the end, also of one who never began: a generator that was not started runs none of its own code. */
export function onStop<T>(pieces: AsyncGenerator<T, void, undefined>, stopped: () => void): AsyncIterable<T> {
  return {
    [Symbol.asyncIterator]: () => ({
      next: () => pieces.next(),
      return() {
        stopped();
        return pieces.return();
      },
    }),
  };
}

/** What `within` rejects with when the time is up. */
export const late: unique symbol = Symbol('late');

/** An answer, if it comes in time. */
export function within<Answer>(answer: Promise<Answer>, time: number, onLate: () => void = () => {}): Promise<Answer> {
  return new Promise((resolve, reject) => {
    let isSettled = false;
    const giveUp = (): void => {
      if (isSettled) return;
      onLate();
      reject(late);
    };
    // Where this process has stalled itself, the answer may lie unread: it is read before judgement.
    const timer = setTimeout(() => setImmediate(giveUp), time);
    const settle = (): void => {
      isSettled = true;
      clearTimeout(timer);
    };
    answer.then(
      (value) => {
        settle();
        resolve(value);
      },
      (error: unknown) => {
        settle();
        reject(error);
      },
    );
  });
}

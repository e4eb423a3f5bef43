/** What {@link within} rejects with when the time is up. */
export class TooLate extends Error {
  constructor(milliseconds: number) {
    super(`there was no answer within ${Math.round(milliseconds)} ms`);
    this.name = 'TooLate';
  }
}

/** An answer of a store, if it comes within some milliseconds. What comes after that is passed over; `onLate` may put its affairs in order. */
export function within<Answer>(answer: Promise<Answer>, milliseconds: number, onLate: () => void = () => {}): Promise<Answer> {
  const time = Math.max(1, milliseconds);
  return new Promise((resolve, reject) => {
    const giveUp = (): void => {
      onLate();
      reject(new TooLate(time));
    };
    // Where this process has stalled itself, the answer may lie unread: another turn of the event loop reads it before judgement.
    let timer = setTimeout(() => (timer = setTimeout(giveUp, 0)), time);
    answer.then(
      (value) => {
        clearTimeout(timer);
        resolve(value);
      },
      (error: unknown) => {
        clearTimeout(timer);
        reject(error);
      },
    );
  });
}

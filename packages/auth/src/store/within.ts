/** What `within` rejects with when the time is up. */
export const tooLate: unique symbol = Symbol('too late');

/** An answer, if it comes in time. */
export async function within<T>(question: () => Promise<T>, timeout: number): Promise<T> {
  let clock: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_, reject) => {
    clock = setTimeout(() => reject(tooLate), timeout);
  });
  try {
    return await Promise.race([question(), late]);
  } finally {
    clearTimeout(clock);
  }
}

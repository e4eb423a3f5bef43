/** Waits for an answer, but not for longer than some milliseconds; what came too late may put its affairs in order. */
export async function within<Answer>(answer: Promise<Answer>, milliseconds: number, onLate?: () => void): Promise<Answer> {
  let clock: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    clock = setTimeout(
      () => {
        reject(new Error('there was no answer in time'));
        onLate?.();
      },
      Math.max(1, milliseconds),
    );
  });
  try {
    return await Promise.race([answer, late]);
  } finally {
    clearTimeout(clock);
  }
}

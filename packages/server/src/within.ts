/** An answer, if it comes within a time in milliseconds. */
export async function within<Answer>(time: number, answer: Promise<Answer>): Promise<Answer> {
  let clock: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    clock = setTimeout(() => reject(new Error(`there is no answer within ${Math.round(time)} ms`)), time);
  });
  try {
    return await Promise.race([answer, late]);
  } finally {
    clearTimeout(clock);
  }
}

/** What a call failed with; fails itself where the call succeeded. */
export async function refusalOf(call: PromiseLike<unknown>): Promise<unknown> {
  try {
    await call;
  } catch (reason) {
    return reason;
  }
  throw new Error('this was to be refused, and was not');
}

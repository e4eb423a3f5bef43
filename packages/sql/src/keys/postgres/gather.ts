export interface GatherOptions<Key, Answer> {
  /** Answers several questions at once, in their order. */
  readonly ask: (keys: readonly Key[]) => Promise<readonly Answer[]>;
  /** Askings under way at once. */
  readonly flights: number;
  /** Questions of one asking. */
  readonly most: number;
}

/**
 * Asks together what is asked at the same moment, and what comes while others are under way: a server that has just started, and remembers no key, asks for a
 * thousand keys in a few questions. Nobody is given an answer that was asked for before his question.
 */
export function gather<Key, Answer>({ ask, flights, most }: GatherOptions<Key, Answer>): (key: Key) => Promise<Answer> {
  let waiting: { readonly key: Key; readonly answered: PromiseWithResolvers<Answer> }[] = [];
  let underWay = 0;
  let isScheduled = false;

  function schedule(): void {
    if (isScheduled || underWay >= flights || waiting.length === 0) return;
    isScheduled = true;
    queueMicrotask(() => {
      isScheduled = false;
      const group = waiting.slice(0, most);
      waiting = waiting.slice(most);
      void fly(group);
      schedule();
    });
  }

  async function fly(group: typeof waiting): Promise<void> {
    underWay += 1;
    try {
      const answers = await ask(group.map(({ key }) => key));
      for (const [index, { answered }] of group.entries()) {
        const answer = answers[index];
        if (answer === undefined) answered.reject(new Error('it left a question without an answer'));
        else answered.resolve(answer);
      }
    } catch (error) {
      for (const { answered } of group) answered.reject(error);
    } finally {
      underWay -= 1;
      schedule();
    }
  }

  return async (key) => {
    const answered = Promise.withResolvers<Answer>();
    waiting.push({ key, answered });
    schedule();
    return answered.promise;
  };
}

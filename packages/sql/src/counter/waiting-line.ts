import { again } from './decision/decide.ts';
import type { CounterWork } from './counter-work.ts';

/** Work that waits for its turn. Whoever asked hears of it once: its answer, an error, or that its time was up. */
export interface WaitingWork {
  readonly work: CounterWork<unknown>;
  readonly isOver: () => boolean;
  /** An answer that asks for another turn is none. */
  readonly answer: (answer: unknown) => void;
  readonly fail: (error: Error) => void;
}

export interface WaitingLine {
  add<Answer>(work: CounterWork<Answer>): Promise<Answer>;
  /** The first in the line whose time is not up; they are in nobody's hands but the taker's. */
  take(most: number): readonly WaitingWork[];
  /** To the head of the line, in their order. */
  putBack(works: readonly WaitingWork[]): void;
  failAll(error: Error): void;
  readonly isEmpty: boolean;
}

/** `lastChance` is called before somebody's time is up. */
export function createWaitingLine(deadline: number, late: () => Error, lastChance: () => void = () => {}): WaitingLine {
  let line: WaitingWork[] = [];

  return {
    get isEmpty() {
      return line.length === 0;
    },
    add: <Answer>(work: CounterWork<Answer>): Promise<Answer> =>
      new Promise((resolve, reject) => {
        let isOver = false;
        const finish = (tell: () => void): void => {
          if (isOver) return;
          isOver = true;
          clearTimeout(timer);
          tell();
        };
        const giveUp = (): void => {
          if (!isOver) lastChance();
          finish(() => reject(late()));
        };
        // Where this process has stalled itself, the answer may lie unread: it is read before judgement.
        const timer = setTimeout(() => setImmediate(giveUp), deadline);
        line.push({
          work,
          isOver: () => isOver,
          // Made by the work itself, which knows what it answers.
          answer: (answer) => finish(() => resolve(answer as Answer)),
          fail: (error) => finish(() => reject(error)),
        });
      }),
    take(most) {
      line = line.filter((one) => !one.isOver());
      return line.splice(0, most);
    },
    putBack: (works) => void line.unshift(...works),
    failAll(error) {
      for (const one of line.splice(0)) one.fail(error);
    },
  };
}

/** Gives work its answers, and the line what needs another turn. */
export function tellAnswers(line: WaitingLine, works: readonly WaitingWork[], answers: readonly unknown[]): void {
  line.putBack(works.filter((_, index) => answers[index] === again));
  for (const [index, one] of works.entries()) if (answers[index] !== again) one.answer(answers[index]);
}

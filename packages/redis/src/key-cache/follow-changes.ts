import { within } from '@ai-proxy/core';
import type { KeyStore } from '@ai-proxy/core';

/** Asks a store again and again which keys have changed. */
export interface ChangeFollower {
  /** Begins where nobody has; the first answer is only a position. */
  start(): void;
  /** Whether changes are followed: what is read from the store from here on is told of when it changes. */
  isFollowing(): boolean;
  /** How long ago the store was last asked with success, in milliseconds: so old at most is what is remembered of it. */
  age(): number;
  stop(): void;
}

export interface FollowerOptions {
  /** The time between two questions, in milliseconds. */
  readonly interval: number;
  readonly onChange: (id: string) => void;
  /** Everything may have changed. */
  readonly onLoss: () => void;
  /** Told once, until the store answers again. */
  readonly onProblem: (error: unknown) => void;
}

/** Then it is asked anew, in milliseconds. */
const mostWait = 2000;

export function createChangeFollower(store: KeyStore, { interval, onChange, onLoss, onProblem }: FollowerOptions): ChangeFollower {
  let position: string | undefined;
  let askedAt = -Infinity;
  let timer: NodeJS.Timeout | undefined;
  let isStopped = false;
  let hasProblem = false;

  async function follow(): Promise<void> {
    const startedAt = performance.now();
    try {
      const news = await within(store.changes(position), mostWait);
      if (isStopped) return;
      if (news.all) onLoss();
      for (const id of news.ids) onChange(id);
      position = news.position;
      askedAt = startedAt;
      hasProblem = false;
    } catch (error) {
      if (!hasProblem) onProblem(error);
      hasProblem = true;
    }
    if (!isStopped) timer = setTimeout(() => void follow(), interval).unref();
  }

  return {
    start() {
      if (timer || isStopped) return;
      // Stands for the first question until it is answered.
      timer = setTimeout(() => {}, 0).unref();
      void follow();
    },
    isFollowing: () => position !== undefined,
    age: () => performance.now() - askedAt,
    stop() {
      isStopped = true;
      clearTimeout(timer);
    },
  };
}

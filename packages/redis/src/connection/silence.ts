/** Notices that a server has fallen silent, whatever is written to it. */
export interface SilenceWatch {
  /** Something was asked. */
  asked(answer: Promise<unknown>): void;
  /** The connection broke, and is being made anew by whoever made it. */
  broke(): void;
}

export interface SilenceWatchOptions {
  /** Milliseconds without any answer to what was asked, or without a connection. */
  readonly patience: number;
  /** Whether there is a connection now. */
  readonly isReady: () => boolean;
  /** Tries another connection; true where the silence is over. Called again and again until it is, or until something is heard. */
  readonly onSilence: () => Promise<boolean>;
}

/**
 * A connection can be dead without anybody having said so: the other end has lost it, or stands still. Only another connection finds out which. The clock runs only while
 * something is unanswered, and keeps no process alive.
 */
export function watchSilence({ patience, isReady, onSilence }: SilenceWatchOptions): SilenceWatch {
  /** When what is not answered yet was asked, the oldest first: an answer to something from long ago does not end the silence. */
  const unanswered = new Set<{ readonly at: number }>();
  let brokenSince: number | undefined;
  let clock: NodeJS.Timeout | undefined;
  let isLooking = false;

  /** Since when nothing is heard, as far as something was to be heard. */
  function silentSince(): number | undefined {
    const [oldest] = unanswered;
    if (isReady()) brokenSince = undefined;
    return oldest?.at ?? brokenSince;
  }

  function wait(milliseconds: number): void {
    clock ??= setTimeout(() => {
      clock = undefined;
      void look();
    }, milliseconds).unref();
  }

  async function look(): Promise<void> {
    const since = silentSince();
    if (isLooking || since === undefined) return;
    const left = since + patience - performance.now();
    if (left > 0) {
      wait(left);
      return;
    }
    isLooking = true;
    try {
      if (await onSilence()) unanswered.clear();
    } finally {
      isLooking = false;
    }
    if (silentSince() !== undefined) wait(patience / 5);
  }

  return {
    asked(answer) {
      const question = { at: performance.now() };
      unanswered.add(question);
      wait(patience);
      const hear = (): void => void unanswered.delete(question);
      answer.then(hear, hear);
    },
    broke() {
      brokenSince ??= performance.now();
      wait(patience);
    },
  };
}

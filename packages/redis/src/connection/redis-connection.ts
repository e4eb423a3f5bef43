/** A script that runs inside Redis. */
export interface RedisScript {
  readonly text: string;
  /** The SHA-1 of the text, by which Redis remembers it. */
  readonly sha: string;
}

/** What the stores of this package ask of a client, whichever it is. `redis()` opens one; `toConnection` makes one of a client that is there already. */
export interface RedisConnection {
  /** Whether a command that is given now goes out now. */
  readonly isReady: boolean;
  /** Why it is not, as far as it is known. */
  readonly problem: unknown;
  /** Resolves when it is ready for the first time; rejects where the first attempt fails. Opens what nobody has opened. */
  open(): Promise<void>;
  /** Runs a script that Redis remembers; rejects with its `NOSCRIPT` where it does not. */
  callScript(sha: string, keys: readonly string[], parameters: readonly string[]): Promise<unknown>;
  /** Runs a script that is sent along, and makes Redis remember it. */
  sendScript(text: string, keys: readonly string[], parameters: readonly string[]): Promise<unknown>;
  publish(channel: string, message: string): Promise<unknown>;
  /** Listens on a connection of its own, from when there is one, and again after each break. The answer ends it. */
  subscribe(channel: string, listener: RedisListener): () => void;
  /** Closes what `redis()` opened. A client that was handed over is its owner's to close. */
  close(): Promise<void>;
}

export interface RedisListener {
  onMessage(message: string): void;
  /** Why nothing will be heard. */
  onProblem(error: unknown): void;
}

/** Runs a script, sent along only where Redis does not remember it: after its first start, a restart, or SCRIPT FLUSH. */
export async function runScript(
  connection: RedisConnection,
  { sha, text }: RedisScript,
  keys: readonly string[],
  parameters: readonly string[],
): Promise<unknown> {
  try {
    return await connection.callScript(sha, keys, parameters);
  } catch (error) {
    if (!(error instanceof Error && error.message.includes('NOSCRIPT'))) throw error;
    return connection.sendScript(text, keys, parameters);
  }
}

import { close, open, write } from 'node:fs';
import { promisify } from 'node:util';

const openFile = promisify(open);
const closeFile = promisify(close);

/** A file that is written to; its path is asked for when a write begins. */
export interface AppendTarget {
  readonly path: string;
}

/** Appends lines to one file after the other, all lines of a tick by one write. */
export interface AppendWriter {
  /** Resolves when the line has been handed to the operating system: it then survives this process. Rejects where it could not be. */
  append(target: AppendTarget, line: string): Promise<void>;
  /** For what must get there some day: a line whose write fails is tried again, before everything that comes later. */
  keep(target: AppendTarget, line: string): void;
  /** Waits for the writes that are under way; true where nothing is left to be written. */
  flush(): Promise<boolean>;
  close(): Promise<void>;
}

interface Batch {
  readonly target: AppendTarget;
  readonly kept: string[];
  readonly appended: string[];
  readonly written: PromiseWithResolvers<void>;
}

/** Milliseconds after which lines that could not be written are tried again, where nothing comes earlier. */
const pause = 1000;

/** `prepare` runs before each write, and may change where targets lead. */
export function createAppendWriter(prepare: () => Promise<void>): AppendWriter {
  const queue: Batch[] = [];
  let running: Promise<void> | undefined;
  let retrying: NodeJS.Timeout | undefined;
  let file: { readonly path: string; readonly descriptor: number } | undefined;
  // After a write that broke off, the next line begins a line of its own.
  let isTorn = false;

  function batchFor(target: AppendTarget): Batch {
    const last = queue.at(-1);
    const batch = last?.target === target ? last : newBatch(target);
    if (batch !== last) queue.push(batch);
    running ??= run();
    return batch;
  }

  async function run(): Promise<void> {
    // Everything that is said in this tick goes out together.
    await new Promise<void>((resolve) => {
      setImmediate(resolve);
    });
    for (let batch = queue.shift(); batch; batch = queue.shift()) {
      try {
        await prepare();
        await writeAll(batch.target.path, batch.kept.join('') + batch.appended.join(''));
        batch.written.resolve();
      } catch (error) {
        batch.written.reject(error);
        if (batch.kept.length > 0) queue.unshift({ ...newBatch(batch.target), kept: batch.kept });
        // Who waits for an answer gets one now; the others can wait.
        if (!queue.some(({ appended }) => appended.length > 0)) break;
      }
    }
    running = undefined;
    if (queue.length > 0) retrying ??= setTimeout(retry, pause).unref();
  }

  function retry(): void {
    retrying = undefined;
    if (queue.length > 0) running ??= run();
  }

  async function writeAll(path: string, text: string): Promise<void> {
    const descriptor = await descriptorOf(path);
    const bytes = Buffer.from(isTorn ? `\n${text}` : text);
    for (let start = 0; start < bytes.length;) {
      isTorn = true;
      start += await writeSome(descriptor, bytes, start);
    }
    isTorn = false;
  }

  async function descriptorOf(path: string): Promise<number> {
    if (file?.path === path) return file.descriptor;
    await closeCurrent();
    const descriptor = await openFile(path, 'a', 0o600);
    file = { path, descriptor };
    return descriptor;
  }

  async function closeCurrent(): Promise<void> {
    const previous = file;
    file = undefined;
    if (previous) await closeFile(previous.descriptor);
  }

  async function flush(): Promise<boolean> {
    while (running) await running;
    return queue.length === 0;
  }

  return {
    append(target, line) {
      const batch = batchFor(target);
      batch.appended.push(line);
      return batch.written.promise;
    },
    keep(target, line) {
      batchFor(target).kept.push(line);
    },
    flush,
    async close() {
      await flush();
      clearTimeout(retrying);
      await closeCurrent();
    },
  };
}

function newBatch(target: AppendTarget): Batch {
  const written = Promise.withResolvers<void>();
  // Where only kept lines are in it, nobody waits for it.
  written.promise.catch(() => {});
  return { target, kept: [], appended: [], written };
}

async function writeSome(descriptor: number, bytes: Buffer, start: number): Promise<number> {
  return new Promise((resolve, reject) => {
    write(descriptor, bytes, start, bytes.length - start, null, (error, written) => {
      if (error) reject(error);
      else resolve(written);
    });
  });
}

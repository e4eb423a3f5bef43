import type { Call } from '../call/call.ts';
import type { FetchedFile, RemoteFile } from '../provider/provider.ts';
import type { Download } from './download.ts';
import { tooLarge, tooLargeTogether, tooManyFiles, wrongType } from './refusals.ts';
import type { RemoteFileRules } from './remote-file-rules.ts';
import { underOneClock } from './under-one-clock.ts';

/** The files that calls name by URL. */
export interface RemoteFiles {
  /** Fetches what has not been fetched for the call before: a retry or another target gets the same files. Rejects with the first refusal. */
  fetch(call: Call, files: readonly RemoteFile[]): Promise<ReadonlyMap<string, FetchedFile>>;
  /** Lets go of what a call has fetched: it has its answer, and a stream may last. */
  release(call: Call): void;
}

const none: ReadonlyMap<string, FetchedFile> = new Map();

export function createRemoteFiles(rules: RemoteFileRules, download: Download): RemoteFiles {
  const remembered = new WeakMap<Call, Map<string, FetchedFile>>();
  return {
    async fetch(call, files) {
      if (files.length === 0) return none;
      const excess = files[rules.maxFiles];
      if (excess) throw tooManyFiles(excess, rules.maxFiles);
      const fetched = remembered.get(call) ?? new Map<string, FetchedFile>();
      remembered.set(call, fetched);

      // A file that is named twice goes up twice: counted once, a small request could become one of any size.
      let total = 0;
      const take = (file: RemoteFile, bytes: number): void => {
        total += bytes * files.filter(({ url }) => url === file.url).length;
        if (total > rules.maxTotalBytes) throw tooLargeTogether(file, rules.maxTotalBytes);
      };
      const distinct = files.filter(({ url }, index) => files.findIndex((file) => file.url === url) === index);
      for (const file of distinct) take(file, fetched.get(file.url)?.bytes.byteLength ?? 0);
      const missing = distinct.filter(({ url }) => !fetched.has(url));
      await underOneClock(call.signal, missing, rules.timeout, async (file, signal) => {
        fetched.set(file.url, await download(file, (bytes) => take(file, bytes), signal));
      });

      for (const file of files) checkWanted(file, fetched.get(file.url));
      return fetched;
    },
    release(call) {
      remembered.get(call)?.clear();
      remembered.delete(call);
    },
  };
}

/** One place, or one target, may want what another did not. */
function checkWanted(file: RemoteFile, fetched: FetchedFile | undefined): void {
  if (fetched === undefined) return;
  if (!file.accept.includes(fetched.type)) throw wrongType(file);
  if (file.maxBytes !== undefined && fetched.bytes.byteLength > file.maxBytes) throw tooLarge(file, file.maxBytes);
}

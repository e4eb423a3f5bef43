import type { FetchedFile, RemoteFile } from '../provider/provider.ts';

/**
 * Gets one file from wherever its URL leads, if it may lead there. `take` is told of bytes as they come, and throws where they are too many; the signal ends it
 * in whatever phase it is, and its reason is what is thrown then.
 */
export type Download = (file: RemoteFile, take: (bytes: number) => void, signal: AbortSignal) => Promise<FetchedFile>;

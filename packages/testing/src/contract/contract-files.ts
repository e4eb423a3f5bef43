import type { FetchedFile, RemoteFile } from '@ai-proxy/core';

/** The first bytes of each type that the proxy can fetch. */
const beginnings: Readonly<Record<string, string>> = {
  'image/png': '\u0089PNG\r\n\u001a\n',
  'image/jpeg': '\u00ff\u00d8\u00ff',
  'image/webp': 'RIFF\u0010\u0000\u0000\u0000WEBP',
  'image/gif': 'GIF89a',
};

export const fetchableTypes: readonly string[] = Object.keys(beginnings);

/** A made-up file for each URL, of the first type that is accepted; files of another `mark`, or of another URL, hold other bytes. */
export function contractFiles(
  declared: readonly RemoteFile[],
  markOf: (url: string) => string = () => '',
): ReadonlyMap<string, FetchedFile> {
  return new Map(
    declared.map(({ url, accept: [type = 'image/png'] }) => {
      const bytes = Uint8Array.from(Buffer.from(`${beginnings[type] ?? ''}${url}${markOf(url)}`, 'latin1'));
      return [url, { type, bytes }];
    }),
  );
}

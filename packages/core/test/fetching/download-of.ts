import type { RemoteFileRules } from '../../src/fetching/remote-file-rules.ts';
import type { FetchedFile, RemoteFile } from '../../src/provider/provider.ts';
import type { ErrorCode } from '../../src/errors/codes.ts';
import { ProxyError } from '../../src/errors/proxy-error.ts';

export const rules: RemoteFileRules = {
  trustedHosts: [],
  maxBytes: 10 * 1024 * 1024,
  maxTotalBytes: 20 * 1024 * 1024,
  maxFiles: 8,
  maxRedirects: 3,
  timeout: 10_000,
};

export const param = 'messages[0].content[1].image_url.url';

export const file = (url: string, changes: Partial<RemoteFile> = {}): RemoteFile => ({
  url,
  param,
  accept: ['image/png', 'image/jpeg'],
  ...changes,
});

/** What a caller is told instead of a file; it must be about his own field, and his own doing. */
export async function refusalOf(
  fetching: Promise<FetchedFile | ReadonlyMap<string, FetchedFile>>,
): Promise<{ code: ErrorCode; message: string }> {
  const error: unknown = await fetching.then(
    () => new Error('nothing was refused'),
    (reason: unknown) => reason,
  );
  if (!(error instanceof ProxyError)) throw error;
  const { status, source, param: field, retryable, code, message } = error;
  if (status !== 400 || source !== 'caller' || field !== param || retryable || !message.startsWith(`\`${param}\`: `)) {
    throw new Error(`not the caller's to mend: ${JSON.stringify({ status, source, field, retryable, message })}`);
  }
  return { code: code as ErrorCode, message };
}

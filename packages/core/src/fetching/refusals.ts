import type { ErrorCode } from '../errors/codes.ts';
import { ProxyError } from '../errors/proxy-error.ts';
import type { RemoteFile } from '../provider/provider.ts';

/** Why a URL is not asked at all. */
export type Forbidden = 'url' | 'credentials' | 'port' | 'host' | 'address';

const instead = 'send the file itself, as a data URL';

/** The URL itself is not one to fetch. Of addresses no more is said than that they are not public: a name that does not exist is no public one either. */
export function forbidden(file: RemoteFile, why: Forbidden): ProxyError {
  const host = hostOf(file);
  const texts: Record<Forbidden, string> = {
    url: `only http and https URLs of no more than ${longestURL} characters are fetched; give one, or ${instead}`,
    credentials: `a URL with a user name or a password is not fetched; leave them out, or ${instead}`,
    port: `of ${host} only the ports 80 and 443 are asked; give another URL, or ${instead}. The operator can name a port in \`remoteFiles.hosts\``,
    host: `the operator has not named ${host} among the hosts that may be asked; give another URL, or ${instead}`,
    address: `${host} leads to no public address; give a URL that anybody on the internet can open, or ${instead}`,
  };
  return refusal(file, 'remote_file_refused', texts[why]);
}

/** The first URL was one to fetch, and led to one that is not. */
export function forbiddenRedirect(file: RemoteFile): ProxyError {
  return refusal(
    file,
    'remote_file_refused',
    `${hostOf(file)} answered with a redirect to where nothing is fetched from; give the URL of the file itself, or ${instead}`,
  );
}

export function tooManyFiles(file: RemoteFile, most: number): ProxyError {
  return refusal(file, 'remote_file_refused', `one request may name ${most} files by URL, and this is one more; ${instead}`);
}

/** For runtimes on which nothing can be promised of where a name leads. */
export function cannotGuard(file: RemoteFile): ProxyError {
  return refusal(
    file,
    'remote_file_refused',
    `where this proxy runs it cannot see which address a name leads to, and fetches nothing; ${instead}`,
  );
}

/** The host was asked, and did not give the file. */
export function unavailable(file: RemoteFile, what: string, cause?: unknown): ProxyError {
  return refusal(file, 'remote_file_unavailable', `${hostOf(file)} ${what}; check the URL, or ${instead}`, cause);
}

export function tooLarge(file: RemoteFile, most: number): ProxyError {
  return refusal(file, 'remote_file_too_large', `what ${hostOf(file)} sends is larger than ${most} bytes; name a smaller file`);
}

export function tooLargeTogether(file: RemoteFile, most: number): ProxyError {
  return refusal(
    file,
    'remote_file_too_large',
    `the files that this request names are larger than ${most} bytes together; name fewer, or smaller ones`,
  );
}

export function wrongType(file: RemoteFile): ProxyError {
  return refusal(
    file,
    'remote_file_wrong_type',
    `what ${hostOf(file)} sends is not, by its content type and its first bytes, one of ${file.accept.join(', ')}; name a file of these types`,
  );
}

export function tooSlow(file: RemoteFile, milliseconds: number): ProxyError {
  return refusal(
    file,
    'remote_file_timeout',
    `${hostOf(file)} has not sent the file within the ${milliseconds} ms that there are for all files of a request; try again, or ${instead}`,
  );
}

/** Longer URLs are no addresses of pictures, and many servers take none. */
export const longestURL = 8192;

/** The host as the caller named it: what came of it since is not his to know. */
function hostOf({ url }: RemoteFile): string {
  return URL.canParse(url) ? `"${new URL(url).host.slice(0, 253)}"` : 'the host';
}

function refusal(file: RemoteFile, code: ErrorCode, text: string, cause?: unknown): ProxyError {
  return new ProxyError(`\`${file.param}\`: ${text}.`, {
    status: 400,
    code,
    param: file.param,
    source: 'caller',
    ...(cause === undefined ? {} : { cause }),
  });
}

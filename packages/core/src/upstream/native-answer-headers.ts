import { responseHeadersForCaller } from '../headers/response-headers.ts';
import type { HttpHeaders } from '../http/headers.ts';

/** What a caller of a native route sees of the provider's headers, without any that repeats the credential; `reframed` where the bytes are not as they came. */
export function nativeAnswerHeaders(headers: HttpHeaders, credential: string | undefined, reframed: boolean): Record<string, string> {
  const result: Record<string, string> = {};
  for (const [name, value] of Object.entries(responseHeadersForCaller(headers, { reframed }))) {
    const text = typeof value === 'string' ? value : value.join(', ');
    if (credential === undefined || !text.includes(credential)) result[name] = text;
  }
  return result;
}

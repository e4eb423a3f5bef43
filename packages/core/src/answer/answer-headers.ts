import type { HttpReply } from '../http/reply.ts';

type Headers = Record<string, string | string[]>;

/**
 * Puts the headers that policies have given a call on its answer, whichever it is. Where they speak of limits, those of the provider do not come down: they
 * are the operator's, and two voices about one limit would contradict each other.
 */
export function withAnswerHeaders(reply: HttpReply, ours: Readonly<Record<string, string>>): HttpReply {
  const names = Object.keys(ours);
  if (names.length === 0) return reply;
  const speaksOfLimits = names.some(isAboutLimits);
  const dress = (headers: Headers): Headers => ({
    ...(speaksOfLimits ? Object.fromEntries(Object.entries(headers).filter(([name]) => !isAboutLimits(name))) : headers),
    ...ours,
  });
  const { body } = reply;
  if (typeof body !== 'object' || !('kind' in body) || body.kind !== 'relay') return { ...reply, headers: dress(reply.headers) };
  return {
    ...reply,
    headers: dress(reply.headers),
    body: {
      ...body,
      responseHeaders: (status, headers) => dress(body.responseHeaders(status, headers)),
      failure: (error) => withAnswerHeaders(body.failure(error), ours),
    },
  };
}

const isAboutLimits = (name: string): boolean => /^(?:x-)?ratelimit/i.test(name);

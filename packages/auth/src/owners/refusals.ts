import { ProxyError } from '@ai-proxy/core';
import type { OwnedObject } from './object-owners.ts';

/** What is another's answers as what does not exist: nobody learns from it which ids there are. */
export const objectNotFound = (kind: string, param: string | null = null): ProxyError =>
  new ProxyError(`No ${kind.replaceAll('_', ' ')} of yours has this id. List yours to see which there are.`, {
    status: 404,
    code: 'object_not_found',
    param,
    source: 'policy',
  });

export const onlyToRead = (kind: string): ProxyError =>
  new ProxyError(`This ${kind.replaceAll('_', ' ')} is there for everybody: it can be used, and not changed.`, {
    status: 403,
    code: 'route_not_allowed',
    source: 'policy',
  });

export const notRecorded = (objects: readonly OwnedObject[], cause: unknown): ProxyError =>
  new ProxyError(
    `The provider has made ${objects.map(({ kind, id }) => `${kind.replaceAll('_', ' ')} "${id}"`).join(', ')}, but the store that remembers to whom it belongs does not answer. ` +
      'It is noted as soon as the store does; until then nobody can reach it here. Try to read it in a while, before you make another.',
    { status: 503, code: 'store_unavailable', retryAfter: 5000, cause },
  );

export const ownedByAnother = (): ProxyError =>
  new ProxyError('The provider has answered with the id of something that belongs to somebody else.', {
    status: 502,
    code: 'upstream_garbage',
    source: 'provider',
  });

export const notReadable = (): ProxyError =>
  new ProxyError('The provider has answered with something else than the list that is due here, and what is whose cannot be told.', {
    status: 502,
    code: 'upstream_garbage',
    source: 'provider',
  });

export const answerTooLarge = (limit: number): ProxyError =>
  new ProxyError(`The provider's answer is larger than ${limit} bytes. Ask for less of it: a smaller page, or a job without "inline".`, {
    status: 502,
    code: 'upstream_too_large',
    source: 'provider',
  });

export const onlyByContent = (): ProxyError =>
  new ProxyError('What a job has written is fetched here, at "/content": what its calls have used is accounted as it passes.', {
    status: 403,
    code: 'route_closed',
    source: 'policy',
  });

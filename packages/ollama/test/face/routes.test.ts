import { ProxyError } from '@ai-proxy/core';
import type { FaceRoute } from '@ai-proxy/core';
import { describe, expect, it } from 'vitest';
import { ollamaFace } from '../../src/index.ts';
import { faceCall, thrownBy } from './face-call.ts';

const face = ollamaFace();
const segmentsOf = (path: string): string[] => (path === '' ? [] : path.split('/').slice(1));
const match = (method: string, path: string): FaceRoute | undefined => face.match(method, segmentsOf(path));

describe('the paths of the face', () => {
  it.each([
    ['', 'text/plain; charset=utf-8', 'Ollama is running'],
    ['/', 'text/plain; charset=utf-8', 'Ollama is running'],
    ['/api/version', 'application/json; charset=utf-8', '{"version":"0.13.0"}'],
    ['/api/version/', 'application/json; charset=utf-8', '{"version":"0.13.0"}'],
    ['/api/ps', 'application/json; charset=utf-8', '{"models":[]}'],
  ])('"%s" answers by itself, to GET and to HEAD', (path, type, body) => {
    const route = { kind: 'static', reply: { status: 200, headers: { 'content-type': type }, body } };
    expect(match('GET', path)).toEqual(route);
    expect(match('HEAD', path)).toEqual(route);
  });

  it.each([
    ['GET', '/api/tags', 'models', undefined],
    ['HEAD', '/api/tags', 'models', undefined],
    ['POST', '/api/show', 'model', undefined],
    ['POST', '/api/chat', 'operation', 'chat'],
    ['POST', '/api/chat/', 'operation', 'chat'],
    ['POST', '/api/generate', 'operation', 'chat'],
    ['POST', '/api/embed', 'operation', 'embeddings'],
    ['POST', '/api/embeddings', 'operation', 'embeddings'],
  ])('%s %s is a route of the kind %s', (method, path, kind, operation) => {
    const route = match(method, path);
    expect(route?.kind).toBe(kind);
    expect(route?.kind === 'operation' ? route.operation : undefined).toBe(operation);
  });

  it.each([
    ['GET', '/api/chat', ['POST']],
    ['HEAD', '/api/generate', ['POST']],
    ['POST', '/api/tags', ['GET', 'HEAD']],
    ['POST', '/api/version', ['GET', 'HEAD']],
    ['DELETE', '/api/show', ['POST']],
  ])('%s %s names the methods that are taken', (method, path, allow) => {
    expect(match(method, path)).toEqual({ kind: 'method_not_allowed', allow });
  });

  it.each(['/api', '/api/', '/api/me', '/api/chat/more', '/api/Chat', '/api/status', '/api/experimental/web_search'])(
    '%s is nothing',
    (path) => {
      expect(match('POST', path)).toEqual({ kind: 'unknown' });
    },
  );

  it.each([
    ['POST', ''],
    ['POST', '/'],
    ['GET', '/v1/models'],
    ['POST', '/chat'],
    ['GET', '/ollama/api/tags'],
    ['GET', '/apis/tags'],
  ])('%s "%s" is left to others', (method, path) => {
    expect(match(method, path)).toBeUndefined();
  });

  it.each([
    ['POST', '/api/pull'],
    ['POST', '/api/push'],
    ['POST', '/api/create'],
    ['POST', '/api/copy'],
    ['DELETE', '/api/delete'],
    ['HEAD', '/api/blobs/sha256:0'],
    ['POST', '/api/blobs/sha256:0'],
  ])('%s %s is refused: no models are managed here', (method, path) => {
    const error = thrownBy(() => match(method, path));
    expect(error).toBeInstanceOf(ProxyError);
    expect(error).toMatchObject({ status: 403, code: 'route_closed', source: 'caller' });
    expect(face.errorBody(error as ProxyError)).toEqual({ error: expect.stringContaining('not managed here') });
  });
});

describe('the face', () => {
  it('says the version that it is told to say', () => {
    const route = ollamaFace({ version: '9.9.9' }).match('GET', ['api', 'version']);
    expect(route?.kind === 'static' && route.reply.body).toBe('{"version":"9.9.9"}');
  });

  it.each([{ version: '' }, { version: 3 }, { versoin: '1' }])('refuses the options %j', (options) => {
    expect(() => ollamaFace(options as never)).toThrow(/ollamaFace\(\)/);
  });

  it('is called ollama, has no dialect of a provider, and tells errors as one text', () => {
    expect(face.name).toBe('ollama');
    expect(face.isNative).toBe(false);
    expect(face.errorBody(new ProxyError('no', { status: 404, code: 'model_not_found' }))).toEqual({ error: 'no' });
    expect(face.createEncoder(faceCall()).streamContentType).toBe('application/x-ndjson');
  });
});

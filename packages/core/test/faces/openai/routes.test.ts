import { expect, test } from 'vitest';
import { matchOpenaiRoute, openaiSegments } from '../../../src/faces/openai/routes.ts';

const prefixes = ['', 'v1/', 'compat/', 'compat/v1/'];

const operations = [
  ['chat/completions', 'chat'],
  ['completions', 'completions'],
  ['embeddings', 'embeddings'],
  ['fim/completions', 'fim'],
  ['moderations', 'moderations'],
] as const;

for (const prefix of prefixes) {
  test.each(operations)(`POST /${prefix}%s is %s`, (path, operation) => {
    expect(matchOpenaiRoute('POST', `${prefix}${path}`.split('/'))).toEqual({ kind: 'operation', operation });
    expect(matchOpenaiRoute('POST', `${prefix}${path}/`.split('/'))).toEqual({ kind: 'operation', operation });
    expect(matchOpenaiRoute('GET', `${prefix}${path}`.split('/'))).toEqual({ kind: 'method_not_allowed', allow: ['POST'] });
  });

  test.each(['GET', 'HEAD'])(`%s /${prefix}models is the listing, and one more segment is a model`, (method) => {
    expect(matchOpenaiRoute(method, `${prefix}models`.split('/'))).toEqual({ kind: 'models' });
    expect(matchOpenaiRoute(method, `${prefix}models/`.split('/'))).toEqual({ kind: 'models' });
    expect(matchOpenaiRoute(method, `${prefix}models/small`.split('/'))).toEqual({ kind: 'model', id: 'small' });
  });

  test(`other methods on /${prefix}models are refused`, () => {
    const refused = { kind: 'method_not_allowed', allow: ['GET', 'HEAD'] };
    expect(matchOpenaiRoute('POST', `${prefix}models`.split('/'))).toEqual(refused);
    expect(matchOpenaiRoute('DELETE', `${prefix}models/small`.split('/'))).toEqual(refused);
  });
}

test.each([
  ['mistral%2Fsmall', 'mistral/small'],
  ['hf.co%2forg%2fmodel:Q4_K_M', 'hf.co/org/model:Q4_K_M'],
  ['llama3.2%3A1b', 'llama3.2:1b'],
  ['%C3%A9t%C3%A9', 'été'],
  ['a%252Fb', 'a%2Fb'],
])('the id of a model is decoded once: %s', (segment, id) => {
  expect(matchOpenaiRoute('GET', ['v1', 'models', segment])).toEqual({ kind: 'model', id });
});

test('a model whose id is wrongly encoded is a 400', () => {
  expect(() => matchOpenaiRoute('GET', ['v1', 'models', '%E0%A4'])).toThrow(
    expect.objectContaining({ status: 400, code: 'invalid_path', source: 'caller' }),
  );
});

test.each([
  ['v1'],
  ['v1/'],
  ['compat'],
  ['compat/v1'],
  ['v1/responses'],
  ['v1/chat'],
  ['v1/chat/completions/more'],
  ['v1/v1/chat/completions'],
  ['v1/compat/chat/completions'],
  ['v1/models/a/b'],
  ['compat/v1/v1/models'],
  ['v1/%63hat/completions'],
  ['v1/chat%2Fcompletions'],
  ['v1/Chat/Completions'],
  ['v1//chat/completions'],
])('/%s is under the prefix and is not there', (path) => {
  expect(matchOpenaiRoute('POST', path.split('/'))).toEqual({ kind: 'unknown' });
});

test.each([
  [''],
  ['mistral/v1/chat/completions'],
  ['chat'],
  ['chat/completions/more'],
  ['models/a/b'],
  ['api/chat'],
  ['V1/models'],
  ['responses'],
])('/%s is not a path of this face', (path) => {
  expect(matchOpenaiRoute('POST', path.split('/'))).toBeUndefined();
});

test('no segments at all are not a path of this face', () => {
  expect(matchOpenaiRoute('GET', [])).toBeUndefined();
});

test('the first segments that the face takes are known, so that no provider is named like one', () => {
  expect([...openaiSegments]).toEqual(['v1', 'compat', 'chat', 'completions', 'embeddings', 'fim', 'moderations', 'models']);
});

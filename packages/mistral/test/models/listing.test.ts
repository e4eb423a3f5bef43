import { describe, expect, it } from 'vitest';

import { mistral } from '../../src/index.ts';
import type { MistralOptions } from '../../src/index.ts';

const entry = (id: string, rest: object = {}): object => ({
  id,
  object: 'model',
  created: 5,
  owned_by: 'mistralai',
  max_context_length: 131072,
  type: 'base',
  ...rest,
});
const read = (data: unknown, options: MistralOptions = {}) => mistral(options).models?.read({ object: 'list', data }) ?? [];

describe('the listing of models', () => {
  it('gives each name an entry once, whether it is repeated or only named as an alias', () => {
    const capabilities = { completion_chat: true, function_calling: true, vision: false };
    const models = read([
      entry('a-1', { aliases: ['a-latest', 'a-old'], capabilities }),
      entry('a-latest', { aliases: ['a-1', 'a-old'], capabilities }),
    ]);
    const info = { created: 5, ownedBy: 'mistralai', contextLength: 131072, capabilities: new Set(['chat', 'tools']) };
    expect(models).toEqual([
      { id: 'a-1', aliases: ['a-latest', 'a-old'], ...info },
      { id: 'a-latest', aliases: ['a-1', 'a-old'], ...info },
      { id: 'a-old', aliases: ['a-1', 'a-latest'], ...info },
    ]);
  });

  it.each([
    ['completion_chat', ['chat']],
    ['completion_fim', ['fim', 'completions']],
    ['function_calling', ['tools']],
    ['reasoning', ['reasoning']],
    ['vision', ['vision']],
    ['ocr', ['ocr']],
    ['moderation', ['moderations']],
    ['audio', ['audio']],
    ['audio_transcription', ['audio']],
    ['audio_speech', ['audio']],
  ])('says %s in the words of the house', (flag, words) => {
    expect(read([entry('m', { capabilities: { [flag]: true } })])[0]?.capabilities).toEqual(new Set(words));
  });

  it('knows nothing of a model without capabilities', () => {
    expect(read([entry('m')])[0]).not.toHaveProperty('capabilities');
    expect(read([entry('m', { capabilities: { completion_chat: false } })])[0]).not.toHaveProperty('capabilities');
  });

  it('takes a model that can do nothing else for one of embeddings where it is called so', () => {
    expect(read([entry('mistral-embed', { capabilities: { completion_chat: false } })])[0]?.capabilities).toEqual(new Set(['embeddings']));
  });

  it('lists completions for chat models where they are served as chat', () => {
    expect(read([entry('m', { capabilities: { completion_chat: true } })], { completionsAsChat: true })[0]?.capabilities).toEqual(
      new Set(['chat', 'completions']),
    );
  });

  it('leaves out what has no id and what is archived', () => {
    expect(read([{}, 5, entry(''), entry('old', { archived: true }), entry('m')]).map(({ id }) => id)).toEqual(['m']);
  });

  it.each([[undefined], [{}], ['<html>']])('is a 502 where there is none: %j', (body) => {
    expect(() => mistral().models?.read(body)).toThrow(expect.objectContaining({ status: 502 }));
  });
});

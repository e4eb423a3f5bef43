import type { ListedModel } from '@ai-proxy/core';
import { describe, expect, it } from 'vitest';
import { withTag } from '../../../src/face/models/latest-tag.ts';
import { toListing } from '../../../src/face/models/listing.ts';
import { readShownModel, toShown } from '../../../src/face/models/show.ts';
import { thrownBy } from '../face-call.ts';

const details = { parent_model: '', format: '', family: '', families: [], parameter_size: '', quantization_level: '' };
const known: ListedModel = {
  id: 'mistral/small',
  created: 1_700_000_000,
  ownedBy: 'mistralai',
  capabilities: new Set(['chat', 'completions', 'fim', 'tools', 'vision', 'reasoning', 'audio', 'ocr']),
  contextLength: 4096,
  provider: 'mistral',
};

describe('/api/tags', () => {
  it('lists what is known, and makes nothing up', () => {
    expect(toListing({ models: [known, { id: 'alias' }] })).toEqual({
      models: [
        {
          name: 'mistral/small:latest',
          model: 'mistral/small:latest',
          modified_at: '2023-11-14T22:13:20.000Z',
          size: 0,
          digest: '0'.repeat(64),
          details,
          capabilities: ['completion', 'tools', 'insert', 'vision', 'thinking', 'audio'],
        },
        { name: 'alias:latest', model: 'alias:latest', modified_at: '0001-01-01T00:00:00Z', size: 0, digest: '0'.repeat(64), details },
      ],
    });
  });

  it('lists every name once, though a model goes by both', () => {
    expect(toListing({ models: [{ id: 'a:latest' }, { id: 'a' }, { id: 'a:8b' }] })).toMatchObject({
      models: [{ name: 'a:latest' }, { name: 'a:8b' }],
    });
  });

  it.each([
    ['a', 'a:latest'],
    ['a:7b', 'a:7b'],
    ['p/a', 'p/a:latest'],
    ['host:1/a', 'host:1/a:latest'],
  ])('calls %s %s', (id, name) => {
    expect(withTag(id)).toBe(name);
  });
});

describe('/api/show', () => {
  it('tells what a model can do and read', () => {
    expect(toShown(known)).toEqual({
      modelfile: '',
      parameters: '',
      template: '',
      details,
      model_info: { 'general.architecture': 'unknown', 'general.basename': 'mistral/small', 'unknown.context_length': 4096 },
      capabilities: ['completion', 'tools', 'insert', 'vision', 'thinking', 'audio'],
      modified_at: '2023-11-14T22:13:20.000Z',
    });
  });

  it('tells nothing that nobody said', () => {
    const shown = toShown({ id: 'alias' });
    expect(shown['model_info']).toEqual({ 'general.architecture': 'unknown', 'general.basename': 'alias' });
    expect(shown).not.toHaveProperty('capabilities');
  });

  it('knows a model that embeds', () => {
    expect(toShown({ id: 'e', capabilities: new Set(['embeddings']) })).toMatchObject({ capabilities: ['embedding'] });
  });

  it.each([
    [{ model: 'a' }, 'a'],
    [{ name: 'a:latest' }, 'a'],
    [{ model: '', name: 'b' }, 'b'],
    [{ model: 'a', name: 'b', verbose: true }, 'a'],
  ])('is asked with %j for %s', (body, id) => {
    expect(readShownModel(body)).toBe(id);
  });

  it.each([[{}], [null], [{ model: '' }]])('needs a name, which %j has not', (body) => {
    expect(thrownBy(() => readShownModel(body))).toMatchObject({ status: 400, message: 'model is required' });
  });
});

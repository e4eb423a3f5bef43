import { describe, expect, it } from 'vitest';

import type { JsonObject } from '@ai-proxy/core';
import { sendChat } from '../chat-body.ts';

const parameters = { type: 'object', properties: { x: { type: ['string', 'null'] } }, additionalProperties: false };
const f = { type: 'function', function: { name: 'f', description: 'd', parameters } };
const g = { type: 'function', function: { name: 'g', parameters: { type: 'object', properties: {} } } };
const named = (name: string): JsonObject => ({ type: 'function', function: { name } });
const tools = [f, g];

type Row = readonly [title: string, input: JsonObject, sent: JsonObject[] | undefined, dropped?: readonly string[]];

const rows: readonly Row[] = [
  ['as they are', { tools }, [f, g]],
  ['without a type as functions', { tools: [{ function: { name: 'g' } }] }, [g]],
  ['without parameters as functions that take none', { tools: [named('g')] }, [g]],
  [
    'without what Ollama does not know, which is reported',
    { tools: [{ ...f, cache_control: {}, function: { ...f.function, strict: true, x: 1 } }] },
    [f],
    ['tools[0].cache_control', 'tools[0].function.x', 'tools[0].function.strict'],
  ],
  ['without a strictness that asks for nothing', { tools: [{ ...f, function: { ...f.function, strict: false } }] }, [f]],
  ['from the older functions', { functions: [f.function] }, [f]],
  ['before the older functions', { tools: [f], functions: [g.function] }, [f], ['functions']],
  ['none where there are none', { tools: [] }, undefined],
  ['all where the model chooses', { tools, tool_choice: 'auto' }, [f, g]],
  ['none where none may be called', { tools, tool_choice: 'none' }, undefined],
  ['all where one must be called, which is reported', { tools, tool_choice: 'required' }, [f, g], ['tool_choice']],
  ['the named one alone, which cannot be forced', { tools, tool_choice: named('g') }, [g], ['tool_choice']],
  ['the allowed ones', { tools, tool_choice: { type: 'allowed_tools', allowed_tools: { mode: 'auto', tools: [named('f')] } } }, [f]],
  [
    'the allowed ones, of which one must be called',
    { tools, tool_choice: { type: 'allowed_tools', mode: 'required', tools: [named('f')] } },
    [f],
    ['tool_choice'],
  ],
  ['none by the older function_call', { functions: [f.function], function_call: 'none' }, undefined],
  ['the one that the older function_call names', { tools, function_call: { name: 'g' } }, [g], ['function_call']],
  ['by tool_choice before function_call', { tools, tool_choice: 'auto', function_call: 'none' }, [f, g], ['function_call']],
  ['not at all, where there is nothing to choose from', { tool_choice: 'required' }, undefined, ['tool_choice']],
];

describe('tools', () => {
  it.each(rows.map(([title, input, sent, dropped = []]) => ({ title, input, sent, dropped })))(
    'go up $title',
    ({ input, sent, dropped }) => {
      const { body, dropped: reported } = sendChat(input);
      expect(body['tools']).toEqual(sent);
      expect(body).not.toHaveProperty('tool_choice');
      expect(reported).toEqual(dropped);
    },
  );

  it.each([
    [{ tools: {} }, 'tools'],
    [{ tools: ['f'] }, 'tools[0]'],
    [{ tools: [{ type: 'web_search' }] }, 'tools[0].type'],
    [{ tools: [{ type: 'function', function: {} }] }, 'tools[0].function'],
    [{ functions: [{}] }, 'functions[0]'],
    [{ tools, tool_choice: 'maybe' }, 'tool_choice'],
    [{ tools, tool_choice: named('h') }, 'tool_choice'],
    [{ tools, tool_choice: { type: 'custom' } }, 'tool_choice.type'],
    [{ tools, tool_choice: { type: 'function' } }, 'tool_choice.function'],
    [{ tools, tool_choice: { type: 'allowed_tools' } }, 'tool_choice.allowed_tools.tools'],
    [{ tools, function_call: 'maybe' }, 'function_call'],
  ])('are refused: %j', (input, param) => {
    expect(() => sendChat(input as JsonObject)).toThrow(expect.objectContaining({ status: 400, param, source: 'caller' }));
  });
});

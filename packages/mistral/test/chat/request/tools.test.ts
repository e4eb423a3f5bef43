import { describe, expect, it } from 'vitest';

import type { JsonObject } from '@ai-proxy/core';
import { sendChat } from '../chat-body.ts';

const f = { type: 'function', function: { name: 'f', parameters: { type: 'object' } } };
const g = { type: 'function', function: { name: 'g', parameters: { type: 'object' } } };

describe('tools', () => {
  it('are closed, hold no nulls and always have parameters', () => {
    const tools = [{ type: 'function', extra: 1, function: { name: 'f', description: null, strict: null, junk: 1 } }];
    const { body, dropped } = sendChat({ tools });
    expect(body['tools']).toEqual([{ type: 'function', function: { name: 'f', parameters: { type: 'object', properties: {} } } }]);
    expect(dropped).toEqual(['tools[0].extra', 'tools[0].function.junk']);
  });

  it('keep description, strict and parameters', () => {
    const tools = [{ type: 'function', function: { name: 'f', description: 'd', strict: true, parameters: { any: 'schema' } } }];
    expect(sendChat({ tools }).body['tools']).toEqual(tools);
  });

  it.each([
    [{ type: 'web_search' }],
    [{ type: 'code_interpreter', tool_configuration: { include: ['x'] } }],
    [{ type: 'document_library', library_ids: ['l'] }],
    [{ type: 'connector', connector_id: 'c' }],
  ])('of Mistral itself go up as they are: %j', (tool) => {
    expect(sendChat({ tools: [tool] }).body['tools']).toEqual([tool]);
  });

  it('of the type custom are refused', () => {
    expect(() => sendChat({ tools: [{ type: 'custom', custom: { name: 'x' } }] })).toThrow(
      expect.objectContaining({ status: 400, code: 'unsupported_parameter', param: 'tools[0].type' }),
    );
  });
});

describe('tool_choice', () => {
  it.each([
    ['auto', 'auto'],
    ['none', 'none'],
    ['any', 'any'],
    ['required', 'any'],
    [
      { type: 'function', function: { name: 'f' } },
      { type: 'function', function: { name: 'f' } },
    ],
  ])('%j goes up as %j', (choice, sent) => {
    expect(sendChat({ tools: [f, g], tool_choice: choice }).body).toMatchObject({ tools: [f, g], tool_choice: sent });
  });

  it.each([
    ['auto', 'auto'],
    ['required', 'any'],
  ])('allowed_tools with the mode %s leaves those tools and goes up as %s', (mode, sent) => {
    const choice = { type: 'allowed_tools', allowed_tools: { mode, tools: [{ type: 'function', function: { name: 'g' } }] } };
    const { body } = sendChat({ tools: [f, g], tool_choice: choice });
    expect(body['tools']).toEqual([g]);
    expect(body['tool_choice']).toBe(sent);
  });

  it('that allows none of the tools is refused', () => {
    const choice = { type: 'allowed_tools', allowed_tools: { mode: 'auto', tools: [{ type: 'function', function: { name: 'h' } }] } };
    expect(() => sendChat({ tools: [f], tool_choice: choice })).toThrow(expect.objectContaining({ status: 400, param: 'tool_choice' }));
  });

  it('of a custom tool is refused', () => {
    expect(() => sendChat({ tools: [f], tool_choice: { type: 'custom', custom: { name: 'x' } } })).toThrow(
      expect.objectContaining({ status: 400, code: 'unsupported_parameter', param: 'tool_choice.type' }),
    );
  });
});

describe('the older functions', () => {
  const functions: JsonObject[] = [{ name: 'f', description: 'd', parameters: { type: 'object' } }];

  it('go up as tools, one call at a time', () => {
    const { body } = sendChat({ functions, function_call: { name: 'f' } });
    expect(body['tools']).toEqual([{ type: 'function', function: { name: 'f', description: 'd', parameters: { type: 'object' } } }]);
    expect(body['tool_choice']).toEqual({ type: 'function', function: { name: 'f' } });
    expect(body['parallel_tool_calls']).toBe(false);
    expect(Object.keys(body)).not.toContain('functions');
  });

  it.each(['auto', 'none'])('take function_call %s', (choice) => {
    expect(sendChat({ functions, function_call: choice }).body['tool_choice']).toBe(choice);
  });

  it('stand behind tools', () => {
    const { body, dropped } = sendChat({ functions, tools: [g] });
    expect(body['tools']).toEqual([g]);
    expect(dropped).toEqual(['functions']);
  });
});

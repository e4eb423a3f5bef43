import { describe, expect, it } from 'vitest';

import type { JsonObject } from '@ai-proxy/core';
import { createToolCallNumbering } from '../../../src/chat/stream/tool-call-numbering.ts';

const whole = (name: string, rest: JsonObject = {}): JsonObject => ({ ...rest, function: { name, arguments: '{}' } });
const piece = (text: string, rest: JsonObject = {}, name?: string): JsonObject => ({
  ...rest,
  function: name === undefined ? { arguments: text } : { name, arguments: text },
});
const opened = (index: number, id: string, name: string, text = '{}'): JsonObject => ({
  index,
  id,
  type: 'function',
  function: { name, arguments: text },
});
const continued = (index: number, text: string): JsonObject => ({ index, function: { arguments: text } });

const rows: readonly (readonly [title: string, deltas: JsonObject[][], expected: JsonObject[]])[] = [
  [
    'numbers calls without an index in order',
    [[whole('f', { id: 'a' }), whole('g', { id: 'b' })], [whole('h', { id: 'c' })]],
    [opened(0, 'a', 'f'), opened(1, 'b', 'g'), opened(2, 'c', 'h')],
  ],
  [
    'uses an index that is there',
    [[whole('g', { id: 'b', index: 1 })], [whole('f', { id: 'a', index: 0 })]],
    [opened(1, 'b', 'g'), opened(0, 'a', 'f')],
  ],
  [
    'tells calls apart that all say index 0',
    [[whole('f', { id: 'a', index: 0 })], [whole('g', { id: 'b', index: 0 })]],
    [opened(0, 'a', 'f'), opened(1, 'b', 'g')],
  ],
  [
    'continues by id, whatever the index says',
    [[whole('f', { id: 'a', index: 0 })], [whole('g', { id: 'b', index: 0 })], [piece('x', { id: 'a', index: 0 })]],
    [opened(0, 'a', 'f'), opened(1, 'b', 'g'), continued(0, 'x')],
  ],
  [
    'continues by index without an id',
    [
      [piece('', { id: 'a', index: 0 }, 'f')],
      [piece('', { id: 'b', index: 1 }, 'g')],
      [piece('1', { index: 0 })],
      [piece('2', { index: 1 })],
    ],
    [opened(0, 'a', 'f', ''), opened(1, 'b', 'g', ''), continued(0, '1'), continued(1, '2')],
  ],
  [
    'continues the latest call without id and index',
    [[piece('{', { id: 'a' }, 'f')], [piece('}')]],
    [opened(0, 'a', 'f', '{'), continued(0, '}')],
  ],
  [
    'does not overwrite a name by an empty one',
    [[piece('', { id: 'a', index: 0 }, 'f')], [piece('x', { index: 0 }, '')]],
    [opened(0, 'a', 'f', ''), continued(0, 'x')],
  ],
  [
    'says a name once that every fragment repeats',
    [[piece('1', { id: 'a', index: 0 }, 'f')], [piece('2', { index: 0 }, 'f')]],
    [opened(0, 'a', 'f', '1'), continued(0, '2')],
  ],
  [
    'says a name that comes late',
    [[{ id: 'a', index: 0, function: { arguments: '' } }], [piece('', { index: 0 }, 'f')]],
    [
      { index: 0, id: 'a', type: 'function', function: { arguments: '' } },
      { index: 0, function: { name: 'f', arguments: '' } },
    ],
  ],
  ['leaves out fragments that say nothing', [[whole('f', { id: 'a', index: 0 })], [piece('', { index: 0 }, '')]], [opened(0, 'a', 'f')]],
  [
    'writes arguments that are an object as text',
    [[{ id: 'a', function: { name: 'f', arguments: { n: 1 } } }]],
    [opened(0, 'a', 'f', '{"n":1}')],
  ],
  ['makes up ids that are missing', [[whole('f'), whole('g', { id: 'null' })]], [opened(0, 'made-0', 'f'), opened(1, 'made-1', 'g')]],
  [
    'gives an index that is taken to nobody else',
    [[whole('f', { id: 'a' })], [whole('g', { id: 'b', index: 0 })], [whole('h', { id: 'c', index: 1 })]],
    [opened(0, 'a', 'f'), opened(1, 'b', 'g'), opened(2, 'c', 'h')],
  ],
];

describe('the numbering of tool calls', () => {
  it.each(rows)('%s', (_title, deltas, expected) => {
    const numbering = createToolCallNumbering((number) => `made-${number}`);
    expect(deltas.flatMap((fragments) => numbering.read(fragments))).toEqual(expected);
  });
});

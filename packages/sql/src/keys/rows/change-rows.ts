import type { KeyAction, KeyChange } from '@ai-proxy/core';
import type { Row, Value } from '../../database/script.ts';
import { nonsense, readJson, readNumber, readText } from './read-column.ts';
import { storable } from './storable-text.ts';

/** The account of a change as the values of its columns. */
export const toChangeValues = ({ id, at, by, action, key, before, after }: KeyChange): readonly Value[] => [
  storable(id, 'account'),
  at,
  storable(by, 'account'),
  action,
  storable(key, 'id'),
  JSON.stringify(before),
  JSON.stringify(after),
];

export const fromChangeRow = (row: Row): KeyChange => ({
  id: readText(row, 'id'),
  at: readNumber(row, 'at'),
  by: readText(row, 'made_by'),
  action: readAction(row),
  key: readText(row, 'key_id'),
  before: readJson(row, 'before'),
  after: readJson(row, 'after'),
});

function readAction(row: Row): KeyAction {
  const action = actions.find((one) => one === row['action']);
  if (action === undefined) throw nonsense('action');
  return action;
}

const actions: readonly KeyAction[] = ['generate', 'update', 'block', 'unblock', 'regenerate', 'delete'];

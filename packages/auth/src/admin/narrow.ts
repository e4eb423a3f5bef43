import { ProxyError } from '@ai-proxy/core';
import type { KeyRecord } from '@ai-proxy/core';
import { matches } from '../rules/matches.ts';

/**
 * Makes a key fit below another: what it does not say it inherits, what goes beyond the other is refused. What it spends is counted at the other in any case, so
 * that its own limits need no check.
 */
export function narrowTo(parent: KeyRecord, record: KeyRecord): KeyRecord {
  if (record.managesKeys) throw beyond('can_manage_keys', 'Keys that are made below yours cannot make keys themselves.');
  if (record.owner !== undefined && record.owner !== parent.owner)
    throw beyond('user_id', 'Keys below yours belong to the owner of yours.');
  if (record.team !== undefined && record.team !== parent.team) throw beyond('team_id', 'Keys below yours belong to the team of yours.');
  if (parent.expiresAt !== undefined && record.expiresAt !== undefined && record.expiresAt > parent.expiresAt) {
    throw beyond('duration', `Your own key expires at ${new Date(parent.expiresAt).toISOString()}: none below it can live longer.`);
  }
  return {
    ...record,
    parent: parent.id,
    owner: parent.owner,
    team: parent.team,
    expiresAt: record.expiresAt ?? parent.expiresAt,
    models: within('models', record.models, parent.models),
    operations: within('allowed_operations', record.operations, parent.operations),
    routes: within('allowed_routes', record.routes, parent.routes),
  };
}

/** A pattern is within another where the other matches it as it is written: each text that it matches is then matched too. */
function within(param: string, own: readonly string[], above: readonly string[]): readonly string[] {
  if (above.length === 0) return own;
  if (own.length === 0) return above;
  const outside = own.find((pattern) => !above.some((one) => matches(one, pattern)));
  if (outside !== undefined) throw beyond(param, `"${outside}" goes beyond your own key, which may use ${above.join(', ')}.`);
  return own;
}

const beyond = (param: string, message: string): ProxyError =>
  new ProxyError(message, { status: 403, code: 'right_missing', param, source: 'policy' });

import { z } from 'zod';
import type { Price, PricedTarget, Rates } from '@ai-proxy/core';

const dollars = z.number().nonnegative().optional();

const rates = z.strictObject({
  inputPerMillion: dollars,
  cachedPerMillion: dollars,
  outputPerMillion: dollars,
  perPage: dollars,
  perAnnotatedPage: dollars,
  perSecond: dollars,
  charactersPerMillion: dollars,
  perRequest: dollars,
});

const namePattern = /^[^/*]+\/[^*]*\*?$/;

const table = z.record(z.string(), rates);

/** Checks an operator's own prices, and looks targets up in them: an exact name wins over a pattern, a longer pattern over a shorter one. */
export function readOperatorPrices(own: Readonly<Record<string, Rates>>): (target: PricedTarget) => Price | undefined {
  const result = table.safeParse(own);
  const mistakes = [
    ...(result.error?.issues ?? []).map((issue) => `${issue.path.map(String).join('.') || 'own'}: ${issue.message}`),
    ...Object.keys(own)
      .filter((name) => !namePattern.test(name))
      .map((name) => `${name}: expected "provider/model", or "provider/*" for any model`),
  ];
  if (mistakes.length > 0) throw new TypeError(`The prices are not right:\n${mistakes.map((line) => `  - ${line}`).join('\n')}`);
  const patterns = Object.keys(own)
    .filter((name) => name.endsWith('*'))
    .toSorted((a, b) => b.length - a.length);

  return ({ provider, model, otherNames }) => {
    const names = [model, ...otherNames].map((name) => `${provider}/${name}`);
    const name =
      names.find((one) => Object.hasOwn(own, one)) ?? patterns.find((pattern) => names.some((one) => one.startsWith(pattern.slice(0, -1))));
    const found = name === undefined ? undefined : own[name];
    return found && { source: `the operator's own, ${name}`, rates: found };
  };
}

import { bodyParserContract } from '@ai-proxy/testing';
import type { BindingCheck } from '@ai-proxy/testing';
import { describe } from 'vitest';
import { describeBindings, runChecks } from './describe-binding.ts';
import { koaBindings, koaParsers } from './koa.ts';

describeBindings(koaBindings);

describe.for(koaParsers.map((binding) => [binding.name, binding] as const))('%s', ([name, binding]) => {
  const checks = bodyParserContract(binding);
  runChecks(/bodyparser|koa-body/.test(name) ? checks.map(withoutCharsets) : checks);
});

/** What these parsers make of JSON in Latin-1 is not what was said, and nothing tells so. */
function withoutCharsets(check: BindingCheck): BindingCheck {
  return check.name.includes('another charset') ? { ...check, skip: 'Koa’s parsers read every body as UTF-8' } : check;
}

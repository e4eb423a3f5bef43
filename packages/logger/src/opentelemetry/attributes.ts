import type { Attributes } from '@opentelemetry/api';
import type { Receipt } from '@ai-proxy/core';
import { attribute, operationName } from './names.ts';

/** A receipt as the attributes of a span. What is not known has no attribute. */
export function spanAttributes(receipt: Receipt, system: string | undefined): Attributes {
  const { usage = {} } = receipt;
  return {
    ...sharedAttributes(receipt, system),
    [attribute.id]: receipt.id,
    [attribute.face]: receipt.face,
    [attribute.outcome]: receipt.outcome,
    [attribute.stream]: receipt.stream,
    [attribute.attempts]: receipt.attempts,
    [attribute.step]: receipt.step,
    [attribute.overhead]: receipt.overheadMs,
    ...known(attribute.inputTokens, usage.inputTokens),
    ...known(attribute.outputTokens, usage.outputTokens),
    ...known(attribute.cachedTokens, usage.cachedTokens),
    ...known(attribute.reasoningTokens, usage.reasoningTokens),
    ...known(attribute.estimator, receipt.estimator),
    ...known(attribute.cost, receipt.cost === null ? undefined : receipt.cost.micros / 1_000_000),
    ...known(attribute.status, receipt.status),
    ...known(attribute.timeToFirstChunk, receipt.stream && receipt.firstByteMs !== undefined ? receipt.firstByteMs / 1000 : undefined),
    ...known(attribute.caller, receipt.caller?.id),
    ...known(attribute.key, receipt.key),
    ...known(attribute.team, receipt.team),
    ...known(attribute.endUser, receipt.endUser),
    ...(receipt.tags.length === 0 ? {} : { [attribute.tags]: [...receipt.tags] }),
  };
}

/** What spans and metrics say alike. */
export function sharedAttributes(receipt: Receipt, system: string | undefined): Attributes {
  return {
    [attribute.operation]: operationName(receipt.operation),
    ...known(attribute.provider, system),
    ...known(attribute.modelAsked, receipt.modelAsked),
    ...known(attribute.modelServed, receipt.modelServed),
    ...(receipt.outcome === 'ok' ? {} : { [attribute.errorType]: receipt.code ?? receipt.outcome }),
  };
}

const known = (name: string, value: string | number | undefined): Attributes => (value === undefined ? {} : { [name]: value });

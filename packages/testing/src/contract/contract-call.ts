import type { Provider, ProviderCall } from '@ai-proxy/core';
import { contractFiles } from './contract-files.ts';
import type { ProviderCase } from './contract-options.ts';

/** A call that remembers what was reported as dropped. */
export interface ContractCall extends ProviderCall {
  readonly dropped: readonly string[];
}

/**
 * The call that a case is about, with a file for each that the provider wants fetched. `refuse` stands for the option `strict`: reporting a field then
 * throws.
 */
export function contractCall(provider: Provider, from: ProviderCase, stream: boolean, refuse?: (field: string) => never): ContractCall {
  const call = callWithoutFiles(from, stream, refuse);
  const files = provider.operations[from.operation]?.fetches?.(structuredClone(from.input), callWithoutFiles(from, stream));
  return files === undefined ? call : { ...call, fetched: contractFiles(files) };
}

/** The same before anything has been fetched, and where the operator has not switched that on. */
export function callWithoutFiles(from: ProviderCase, stream: boolean, refuse?: (field: string) => never): ContractCall {
  const dropped: string[] = [];
  const { model } = from.input;
  return {
    id: '01a1fef4-dad6-7000-998b-4f6310242e43',
    operation: from.operation,
    model: from.model ?? (typeof model === 'string' ? model : 'contract-model'),
    modelInfo: from.modelInfo,
    stream,
    now: () => 1_700_000_000,
    drop(field) {
      if (refuse) refuse(field);
      if (!dropped.includes(field)) dropped.push(field);
    },
    dropped,
  };
}

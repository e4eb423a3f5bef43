import type { Provider, ProviderOperation } from '@ai-proxy/core';
import { callWithoutFiles } from './contract-call.ts';
import { checkOf, demand } from './contract-check.ts';
import type { ContractCheck } from './contract-check.ts';
import type { ProviderCase, ProviderContractOptions } from './contract-options.ts';

/** A contract that was given too little would hold of anything. */
export function coverageChecks(options: ProviderContractOptions): ContractCheck[] {
  const { provider, cases } = options;
  return [
    checkOf('is shown with a recorded answer of everything that it says it does', () => {
      const missing = [...missingCases(options), ...missingNative(options)];
      if (provider.models !== undefined && options.models === undefined) missing.push('`models`: the body of a listing');
      demand(missing.length === 0, `the contract needs ${missing.join('; ')}`);
    }),
    checkOf('is shown only with operations that it has, under titles of their own', () => {
      const titles = cases.map(({ operation, title }) => `${operation} "${title}"`);
      demand(new Set(titles).size === titles.length, `two cases share a title: ${titles.join(', ')}`);
      for (const { operation, title, stream } of cases) {
        demand(
          provider.operations[operation] !== undefined,
          `the case "${title}" is about ${operation}, which the provider does not serve`,
        );
        demand(
          stream === undefined || provider.operations[operation].stream !== undefined,
          `the case "${title}" has a stream, and the provider does not stream ${operation}`,
        );
      }
    }),
  ];
}

function missingCases({ provider, cases }: ProviderContractOptions): string[] {
  return Object.entries(provider.operations).flatMap(([name, operation]) => {
    const own = cases.filter((one) => one.operation === name);
    return [
      ...(own.some(({ answers }) => answers !== undefined) ? [] : [`a case of ${name} with \`answers\``]),
      ...(operation.stream === undefined ||
      own.some(({ stream, streamEnds = 'complete' }) => stream !== undefined && streamEnds === 'complete')
        ? []
        : [`a case of ${name} with a complete \`stream\``]),
      ...(operation.fetches === undefined || own.some((one) => declares(operation.fetches, one))
        ? []
        : [`a case of ${name} whose input names a file that \`fetches\` declares`]),
    ];
  });
}

function declares(fetches: ProviderOperation['fetches'], one: ProviderCase): boolean {
  return (fetches?.(structuredClone(one.input), callWithoutFiles(one, false)) ?? []).length > 0;
}

function missingNative({ provider, native = [] }: ProviderContractOptions): string[] {
  return streamingOperations(provider)
    .filter((operation) => !native.some((one) => one.operation === operation && one.stream !== undefined))
    .map((operation) => `a case in \`native\` of ${operation} with a \`stream\``);
}

function streamingOperations({ native }: Provider): string[] {
  const open = native?.routes.filter(({ framing, closed }) => framing !== undefined && closed === undefined) ?? [];
  return [...new Set(open.map(({ operation }) => operation))];
}

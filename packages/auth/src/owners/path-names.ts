import { rawSegments } from '@ai-proxy/core';
import type { NativeTarget } from '@ai-proxy/core';
import type { NamedObject } from './account-book.ts';
import type { ObjectRule } from './object-rules.ts';

/** The objects that a path names, as the provider will read them. */
export function namesInPath({ provider, route, path }: NativeTarget, rule: ObjectRule | undefined): readonly NamedObject[] {
  if (!rule?.path) return [];
  const { path: kinds, changes = false } = rule;
  const segments = rawSegments(path);
  return rawSegments(route.path).flatMap((part, index) => {
    const kind = part.startsWith(':') ? kinds[part.slice(1)] : undefined;
    return kind === undefined ? [] : [{ provider: provider.name, kind, id: decoded(segments[index] ?? ''), changes, param: null }];
  });
}

/** A segment in another spelling is the same object to the provider; one that cannot be read names none. */
function decoded(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    return '';
  }
}

import { ProxyError } from '../errors/proxy-error.ts';

/** Header values have bounds of their own; a request with a thousand foreign fields must not break its answer. */
const longestList = 1024;

/** Collects what a provider cannot honour, or refuses it. */
export interface DroppedFields {
  drop(field: string, reason?: string): void;
  /** The value of `x-ai-proxy-dropped`; nothing where all was honoured. */
  header(): string | undefined;
}

export function createDroppedFields(provider: string, strict: boolean): DroppedFields {
  const fields = new Set<string>();
  return {
    drop(field, reason) {
      if (strict) {
        throw new ProxyError(
          `"${provider}" cannot honour "${field}"${reason ? `: ${reason}` : ''}. Leave it out, or ask the operator to switch "strict" off.`,
          {
            status: 400,
            code: 'unsupported_parameter',
            param: field,
            source: 'caller',
          },
        );
      }
      fields.add(field);
    },
    header() {
      if (fields.size === 0) return undefined;
      let list = '';
      for (const field of fields) {
        const next = list === '' ? headerSafe(field) : `${list}, ${headerSafe(field)}`;
        if (next.length > longestList) return `${list}, ...`;
        list = next;
      }
      return list;
    },
  };
}

/** Field names come from the caller: only what is harmless in a header stays as it is. */
const headerSafe = (field: string): string => field.slice(0, 128).replace(/[^\w.[\]-]/g, '_');

import type { ProxyError } from '../../errors/proxy-error.ts';

/** The body of an error in OpenAI's form; OpenAI's clients read nothing of an error but `error`. */
export interface OpenaiErrorBody {
  readonly error: {
    readonly message: string;
    readonly type: string;
    readonly param: string | null;
    readonly code: string | null;
  };
}

/** Writes an error in OpenAI's form, always with all four keys. */
export function openaiErrorBody(error: ProxyError): OpenaiErrorBody {
  return { error: { message: error.message, type: error.type, param: error.param, code: error.code } };
}

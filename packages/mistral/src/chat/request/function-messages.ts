import type { ToolCallIds } from './tool-call-ids.ts';

/**
 * The calls of OpenAI's older `functions`, which have no ids: each is given one when it is called, and the message that answers it
 * finds it by the function's name.
 */
export interface FunctionCalls {
  /** The id of a call, given as it is made. */
  call(name: string): string;
  /** The id of the oldest unanswered call of that name. */
  answer(name: string): string | undefined;
}

export function createFunctionCalls(ids: ToolCallIds): FunctionCalls {
  const open: { readonly name: string; readonly id: string }[] = [];
  let count = 0;
  return {
    call(name) {
      // NUL cannot begin an id that a provider gave, so that made-up ids never meet real ones.
      const id = ids(`\u0000function_call#${count}`);
      count += 1;
      open.push({ name, id });
      return id;
    },
    answer(name) {
      const at = open.findIndex((call) => call.name === name);
      return at < 0 ? undefined : open.splice(at, 1)[0]?.id;
    },
  };
}

/**
 * Why a choice ended, in OpenAI's five words. Relayed models say `stop` although they called tools; a word that OpenAI does not have
 * is an ordinary end.
 */
export function toFinishReason(reason: string, calledTools: boolean): string {
  switch (reason) {
    case 'length':
    case 'model_length':
      return 'length';
    case 'tool_calls':
    case 'content_filter':
    case 'function_call':
      return reason;
    default:
      return calledTools ? 'tool_calls' : 'stop';
  }
}

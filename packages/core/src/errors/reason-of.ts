/** What went wrong, in one line, with what caused it behind a colon. Several addresses that were tried in vain come as one error without a message of its own. */
export function reasonOf(error: unknown): string {
  if (error instanceof AggregateError && error.message === '') return [...new Set(error.errors.map(reasonOf))].join('; ');
  if (!(error instanceof Error)) return String(error);
  const own = (error.message === '' ? error.name : error.message).split('\n', 1)[0]?.replace(/\.$/, '').slice(0, 200) ?? '';
  return error.cause === undefined ? own : `${own}: ${reasonOf(error.cause)}`;
}

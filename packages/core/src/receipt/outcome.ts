/** How a call ended. A closed list: sinks and dashboards may rely on it. */
export type Outcome =
  | 'ok'
  | 'caller_left'
  | 'refused'
  | 'provider_error'
  | 'provider_unavailable'
  | 'upstream_connect'
  | 'upstream_reset'
  | 'upstream_eof'
  | 'upstream_garbage'
  | 'timeout_connect'
  | 'timeout_first_byte'
  | 'timeout_idle'
  | 'timeout_total'
  | 'timeout_write'
  | 'shutting_down'
  | 'process_died'
  | 'internal_error';

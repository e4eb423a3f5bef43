/**
 * Every `code` that an error of the proxy's own can carry. A provider's own codes pass beside these.
 * The list is part of the interface: `docs/errors.md` explains each.
 */
export type ErrorCode =
  // the caller's request
  | 'invalid_json'
  | 'invalid_body'
  | 'invalid_path'
  | 'body_consumed'
  | 'body_too_large'
  | 'unsupported_media_type'
  | 'unsupported_encoding'
  | 'method_not_allowed'
  | 'path_not_found'
  | 'model_not_found'
  | 'model_required'
  | 'unsupported_operation'
  | 'unsupported_parameter'
  | 'invalid_parameter'
  | 'remote_file_refused'
  | 'remote_file_unavailable'
  | 'remote_file_too_large'
  | 'remote_file_wrong_type'
  | 'remote_file_timeout'
  | 'caller_unknown'
  | 'invalid_master_key'
  | 'credential_missing'
  | 'route_closed'
  | 'caller_left'
  // the provider
  | 'provider_error'
  | 'provider_credentials'
  | 'provider_unavailable'
  | 'upstream_connect'
  | 'upstream_reset'
  | 'upstream_eof'
  | 'upstream_garbage'
  | 'upstream_redirect'
  | 'upstream_too_large'
  | 'stream_interrupted'
  // clocks
  | 'timeout_connect'
  | 'timeout_first_byte'
  | 'timeout_idle'
  | 'timeout_total'
  | 'timeout_write'
  // the proxy
  | 'not_configured'
  | 'store_unavailable'
  | 'shutting_down'
  | 'internal_error';

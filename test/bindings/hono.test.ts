import { describeBindings, describeParsers } from './describe-binding.ts';
import { honoBindings, honoParsers } from './hono.ts';

describeBindings(honoBindings);
describeParsers(honoParsers);

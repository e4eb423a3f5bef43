import { describeBindings } from './describe-binding.ts';
import { honoBindings } from './hono.ts';

describeBindings(honoBindings);

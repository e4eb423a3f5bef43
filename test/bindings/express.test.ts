import { describeBindings } from './describe-binding.ts';
import { expressBindings } from './express.ts';

describeBindings(expressBindings);

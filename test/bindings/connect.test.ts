import { connectBindings } from './connect.ts';
import { describeBindings } from './describe-binding.ts';

describeBindings(connectBindings);

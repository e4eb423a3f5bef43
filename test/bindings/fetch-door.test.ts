import { describeBindings } from './describe-binding.ts';
import { fetchDoor } from './fetch-door.ts';

describeBindings([fetchDoor]);

import { connectBindings } from '../bindings/connect.ts';
import { expressBindings } from '../bindings/express.ts';
import { fastifyBindings } from '../bindings/fastify.ts';
import { fetchDoor } from '../bindings/fetch-door.ts';
import { honoBindings } from '../bindings/hono.ts';
import { koaBindings } from '../bindings/koa.ts';
import { nestBindings } from '../bindings/nest.ts';
import { describeGuards } from './describe-guards.ts';

describeGuards([fetchDoor, ...connectBindings, ...expressBindings, ...koaBindings, ...fastifyBindings, ...honoBindings, ...nestBindings]);

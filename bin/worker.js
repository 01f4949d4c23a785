// The entry of a thread that runs simulations for the others.
import { workerData } from 'node:worker_threads';
import { moduleUrl, register } from './register.js';

await register(workerData.needsTypeScript);
await import(moduleUrl(workerData.module));

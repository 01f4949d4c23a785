// Lets a scenario file anywhere import 'windtunnel' and get the very copy that runs it: in a checkout nothing is installed
// under that name, and elsewhere there may be another version.
import Module from 'node:module';
import { fileURLToPath } from 'node:url';

const NAME = 'windtunnel';
let target;

/** Runs in Node's loader thread, once. */
export function initialize(data) {
  target = data;
}

export function resolve(specifier, context, next) {
  return next(specifier === NAME ? target : specifier, context);
}

/** To be called after any other loader is registered: the last one is asked first. */
export function importSelfFrom(url) {
  Module.register(import.meta.url, { data: url });
  const resolveFilename = Module._resolveFilename;
  Module._resolveFilename = function (request, ...rest) {
    return resolveFilename.call(this, request === NAME ? fileURLToPath(url) : request, ...rest);
  };
}

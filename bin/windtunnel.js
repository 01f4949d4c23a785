#!/usr/bin/env node
// An installed package runs what was built, a checkout its sources. Written so that old versions of Node.js get as far as the
// line that tells them so.
import { existsSync } from 'node:fs';

const [major, minor] = process.versions.node.split('.').map(Number);
if (major < 20 || (major === 20 && minor < 19)) {
  console.error(`windtunnel: Node.js ${process.versions.node} is too old: install 20.19 or newer (https://nodejs.org)`);
  process.exit(2);
}

const source = new URL('../src/cli/main.ts', import.meta.url);
const built = new URL('../dist/src/cli/main.js', import.meta.url);
const isCheckout = existsSync(source);
const args = process.argv.slice(2);
// Not Node's own type stripping, where it has one: it starts no faster, and refuses files in packages that are not ESM.
if (isCheckout || args.some((argument) => /\.[cm]?ts$/.test(argument))) {
  const [esm, cjs] = await Promise.all([import('tsx/esm/api'), import('tsx/cjs/api')]);
  cjs.register();
  esm.register();
}
const { importSelfFrom } = await import('./self-import.js');
importSelfFrom(new URL(isCheckout ? '../src/index.ts' : '../dist/src/index.js', import.meta.url).href);
const { main } = await import(isCheckout ? source.href : built.href);
process.exitCode = await main(args);

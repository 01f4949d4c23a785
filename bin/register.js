// Makes this thread able to import the code that it is to run: what was built, in an installed package; the sources, in a checkout.
import { existsSync } from 'node:fs';

const isCheckout = existsSync(new URL('../src/cli/main.ts', import.meta.url));

/** @param module below src, without its extension; @returns its URL */
export function moduleUrl(module) {
  return new URL(isCheckout ? `../src/${module}.ts` : `../dist/src/${module}.js`, import.meta.url).href;
}

/** @param needsTypeScript whether scenario files in TypeScript are to be imported; a checkout always needs it */
export async function register(needsTypeScript) {
  // Not Node's own type stripping, where it has one: it starts no faster, and refuses files in packages that are not ESM.
  if (isCheckout || needsTypeScript) {
    const [esm, cjs] = await Promise.all([import('tsx/esm/api'), import('tsx/cjs/api')]);
    cjs.register();
    esm.register();
  }
  const { importSelfFrom } = await import('./self-import.js');
  importSelfFrom(moduleUrl('index'));
}

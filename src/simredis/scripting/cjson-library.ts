import { argumentError, stringArgument, typeName } from './argument.ts';
import { JsonDecoder } from './json-decoder.ts';
import { JsonEncoder } from './json-encoder.ts';
import type { HostFunction, LuaState } from './lua-state.ts';

/** encode and decode of Redis's lua-cjson 2.1, at its default settings. The functions that change settings are left out. */
export function cjsonLibrary(lua: LuaState): Record<string, HostFunction> {
  const checkSingle = (thread: number, name: string): void => {
    if (lua.argumentCount(thread) !== 1) argumentError(lua, thread, 0, name, 'expected 1 argument');
  };
  return {
    encode: (thread) => {
      checkSingle(thread, 'encode');
      lua.pushString(thread, new JsonEncoder(lua, thread).encode(lua.argument(thread, 0)));
      return 1;
    },
    decode: (thread) => {
      checkSingle(thread, 'decode');
      const text = stringArgument(lua, thread, 0);
      if (text === undefined) {
        const given = typeName(lua, thread, 0);
        return argumentError(lua, thread, 0, 'decode', `string expected, got ${given}`);
      }
      new JsonDecoder(lua, thread, text).decode();
      return 1;
    },
  };
}

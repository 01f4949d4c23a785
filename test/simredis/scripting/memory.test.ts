import { describe, expect, test } from 'vitest';
import { LuaState } from '../../../src/simredis/scripting/lua-state.ts';

describe('a Lua state', () => {
  test('finds the fields of a table by name, however many share a hash chain', () => {
    const lua = new LuaState();
    const source = "local t = {} for i = 1, 1000 do t['field ' .. i] = i end return t";
    const { pointer } = lua.evaluate(source);
    for (let index = 1; index <= 1000; index++) {
      expect(lua.numberAt(lua.fieldNamed(pointer, `field ${index}`))).toBe(index);
    }
    expect(lua.fieldNamed(pointer, 'none')).toBe(0);
  });

  test('goes back to what it remembered', () => {
    const lua = new LuaState();
    const counter = lua.evaluate('local n = 0 function count() n = n + 1 return n end return count');
    lua.remember();
    const count = () => {
      lua.pushAnchor(lua.main, counter);
      lua.call(lua.main, 0, 1);
      const counted = lua.numberAt(lua.top(lua.main));
      lua.pop(lua.main);
      return counted;
    };
    expect([count(), count()]).toEqual([1, 2]);
    lua.reset();
    expect(count()).toBe(1);
  });

  test('tells where code of ours is wrong', () => {
    expect(() => new LuaState().evaluate('return (')).toThrow("windtunnel:1: unexpected symbol near '<eof>'");
  });
});

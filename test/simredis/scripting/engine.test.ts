import { describe, expect, test } from 'vitest';
import { ErrorReply } from '../../../src/simredis/reply.ts';
import { SCRIPT_INSTRUCTIONS_MAX } from '../../../src/simredis/scripting/interpreter.ts';
import { ScriptServer } from './script-server.ts';

describe('scripts', () => {
  test('read and write keys through redis.call', () => {
    const server = new ScriptServer();
    const script = "redis.call('set', KEYS[1], ARGV[1]) return redis.call('get', KEYS[1])";
    expect(server.eval(script, ['k'], ['v'])).toBe('v');
    expect(server.call('GET', 'k')).toBe('v');
  });

  test('see one reading of the clock, however often they ask', () => {
    const server = new ScriptServer();
    const script = "return {redis.call('time'), redis.call('time')}";
    const [first, second] = server.eval(script) as [string[], string[]];
    expect(first).toEqual(['1704067200', '0']);
    expect(second).toEqual(first);
  });

  test('carry any bytes in either direction, whatever their length', () => {
    const server = new ScriptServer();
    const all = Array.from({ length: 256 }, (_, byte) => String.fromCharCode(byte)).join('');
    for (const text of ['', '\0', 'a\0b', all, all.repeat(4096)]) {
      expect(server.eval("redis.call('set', KEYS[1], ARGV[1]) return #ARGV[1]", ['k'], [text])).toBe(text.length);
      expect(server.eval("return redis.call('get', KEYS[1])", ['k'])).toBe(text);
      expect(server.call('GET', 'k')).toBe(text);
    }
  });

  test('take and give thousands of elements', () => {
    const server = new ScriptServer();
    const many = Array.from({ length: 5000 }, (_, index) => `element ${index}`);
    server.call('RPUSH', 'list', ...many);
    expect(server.eval("return redis.call('lrange', KEYS[1], 0, -1)", ['list'])).toEqual(many);
    expect(server.eval('return ARGV', [], many)).toEqual(many);
  });

  test('give nested answers as deep as Lua nests them', () => {
    const depth = 500;
    let reply = new ScriptServer().eval(`local t = {} for i = 1, ${depth} do t = {t} end return t`);
    for (let level = 0; level < depth; level++) [reply = null] = reply as [typeof reply];
    expect(reply).toEqual([]);
  });

  test('that never end are stopped, and the next one runs', () => {
    const server = new ScriptServer();
    const stopped = new ErrorReply(`ERR Script stopped: it ran more than ${SCRIPT_INSTRUCTIONS_MAX} Lua instructions`);
    expect(server.eval('while true do end')).toEqual(stopped);
    expect(server.eval('while true do pcall(function() while true do end end) end')).toEqual(stopped);
    expect(server.eval('coroutine.wrap(function() while true do end end)()')).toEqual(stopped);
    expect(server.eval('return 1')).toBe(1);
  });

  test('that fill the memory are stopped, and the next one runs', () => {
    const server = new ScriptServer();
    const loaded = server.call('SCRIPT', 'LOAD', 'return ARGV[1]') as string;
    const reply = server.eval(
      "local t = {} while true do t[#t + 1] = string.rep('x', 1000000) .. #t end",
    ) as ErrorReply;
    expect(reply.text).toContain('not enough memory');
    expect(server.call('EVALSHA', loaded, '0', 'still there')).toBe('still there');
  });

  test('leave no trace in one another, nor in another server', () => {
    const server = new ScriptServer();
    server.eval("string.format('%d', 1) KEYS.extra = 1 local t = {} t.x = 1");
    expect(server.eval('return KEYS.extra')).toBeNull();
    expect((server.eval('leak = 1') as ErrorReply).text).toContain('readonly');
    expect((new ScriptServer().eval('return leak') as ErrorReply).text).toContain("nonexistent global variable 'leak'");
  });

  test('draw from math.random where the script before left off, and every server from the same start', () => {
    const draws = () => {
      const server = new ScriptServer();
      return [1, 2, 3].map(() => server.eval('return tostring(math.random())'));
    };
    expect(draws()).toEqual(['0.39646477363839', '0.84048536971234', '0.35333609737146']);
    expect(draws()).toEqual(draws());
  });

  test('are forgotten by SCRIPT FLUSH', () => {
    const server = new ScriptServer();
    const loaded = server.call('SCRIPT', 'LOAD', 'return 1') as string;
    server.call('SCRIPT', 'FLUSH');
    expect(server.call('SCRIPT', 'EXISTS', loaded)).toEqual([0]);
    expect(server.call('EVALSHA', loaded, '0')).toEqual(
      new ErrorReply('NOSCRIPT No matching script. Please use EVAL.'),
    );
    expect(server.call('SCRIPT', 'LOAD', 'return 1')).toBe(loaded);
    expect(server.call('EVALSHA', loaded, '0')).toBe(1);
  });

  test('run alike on an interpreter that another server has used, down to the order of a table keyed by tables', () => {
    const script = `local t = {}
      for i = 1, 50 do t[{}] = i end
      local order = {}
      for _, i in pairs(t) do order[#order + 1] = i end
      return order`;
    const first = new ScriptServer();
    const expected = first.eval(script);
    first.eval("local t = {} for i = 1, 10000 do t[i] = 'text ' .. i end");
    first.server.scripts.close();
    const second = new ScriptServer();
    expect(second.eval(script)).toEqual(expected);
  });

  test('go on after close(), in an interpreter of their own', () => {
    const server = new ScriptServer();
    const loaded = server.call('SCRIPT', 'LOAD', 'return ARGV[1]') as string;
    server.server.scripts.close();
    const other = new ScriptServer();
    other.eval('return 1');
    expect(server.call('EVALSHA', loaded, '0', 'a')).toBe('a');
  });

  test('run many times without their garbage piling up', () => {
    const server = new ScriptServer();
    const script = "local t = {} for i = 1, 100 do t[i] = string.rep('x', 1000) .. i end return #t";
    for (let round = 0; round < 2000; round++) expect(server.eval(script)).toBe(100);
  });

  test('that break an invariant of ours throw, and leave the server usable', () => {
    const server = new ScriptServer();
    server.server.runFromScript = () => {
      throw new TypeError('a bug');
    };
    expect(() => server.eval("return redis.call('get', 'k')")).toThrow('a bug');
    expect(server.eval('return 1')).toBe(1);
  });
});

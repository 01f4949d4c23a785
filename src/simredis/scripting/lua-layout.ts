/**
 * Where Lua 5.1.5, compiled for 32 bits, keeps things: the offsets in bytes of the fields we read (lobject.h, lstate.h).
 *
 * The C API that the binary exports lacks numbers, byte strings, raw table access and C closures; reading and writing the
 * interpreter's own structures provides them, and is faster. `lua-binary.ts` pins the binary, so the offsets cannot drift.
 */

/** lua_State */
export const STATE_TOP = 8;
export const STATE_BASE = 12;
export const STATE_STACK_LAST = 28;
export const STATE_HOOK = 68;

/** TValue: a value of 8 bytes and its type. */
export const VALUE_BYTES = 16;
export const VALUE_TYPE = 8;

/** TString: a header, then the bytes. */
export const STRING_HASH = 8;
export const STRING_LENGTH = 12;
export const STRING_BYTES = 16;

/** CClosure */
export const CLOSURE_FUNCTION = 16;

/** Table */
export const TABLE_NODES_LOG2 = 7;
export const TABLE_ARRAY = 12;
export const TABLE_NODES = 16;
export const TABLE_ARRAY_LENGTH = 28;

/** Node: the value, then the key (a TValue whose padding holds the chain's next node). */
export const NODE_BYTES = 32;
export const NODE_KEY = 16;
export const NODE_NEXT = 28;

export const LUA_NIL = 0;
export const LUA_BOOLEAN = 1;
export const LUA_LIGHT_USERDATA = 2;
export const LUA_NUMBER = 3;
export const LUA_STRING = 4;
export const LUA_TABLE = 5;

/** What a protected call answers when memory has run out. */
export const STATUS_OUT_OF_MEMORY = 4;

/**
 * What the server answers: RESP2's values, typed.
 *
 * Strings are *byte strings*: every character is one byte (0–255), so that lengths, ranges and comparisons are those of
 * Redis. The client converts from and to UTF-8 at its boundary (`bytes.ts`).
 */
export type Reply = string | number | bigint | null | NilArray | Status | ErrorReply | Reply[];

/** A simple string (`+OK`): an answer about the command, not data. Lua sees it as `{ok = …}`. */
export class Status {
  readonly text: string;
  constructor(text: string) {
    this.text = text;
  }
}

/** An error (`-ERR …`), with Redis's own text. Commands throw it; the server answers it. Not an Error: it needs no stack. */
export class ErrorReply {
  readonly text: string;
  constructor(text: string) {
    this.text = text;
  }
}

/** The null array (`*-1`) of a timed-out BLPOP, an aborted EXEC, an XREADGROUP with nothing new. */
export class NilArray {
  readonly nil = true;
}

export const OK = new Status('OK');
export const QUEUED = new Status('QUEUED');
export const PONG = new Status('PONG');
export const NIL = null;
export const NIL_ARRAY = new NilArray();

export const WRONG_TYPE = new ErrorReply('WRONGTYPE Operation against a key holding the wrong kind of value');
export const SYNTAX_ERROR = new ErrorReply('ERR syntax error');
export const NOT_AN_INTEGER = new ErrorReply('ERR value is not an integer or out of range');
export const NOT_A_FLOAT = new ErrorReply('ERR value is not a valid float');
export const NO_SUCH_KEY = new ErrorReply('ERR no such key');

/** Redis's answer to a call with the wrong number of arguments. */
export function wrongArity(command: string): ErrorReply {
  return new ErrorReply(`ERR wrong number of arguments for '${command}' command`);
}

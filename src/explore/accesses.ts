import { ALL_KEYS } from '../simredis/accesses.ts';

/** Two accesses to a resource conflict unless they are of one mode, and that mode is not `write`. */
export type Mode = 'read' | 'write' | (string & {});

/** What a step has touched. Steps whose accesses do not conflict commute: in either order they do the same. */
export class Accesses {
  readonly #modes = new Map<string, Mode>();
  #keys: 'none' | 'read' | 'write' = 'none';
  #allKeys: 'none' | 'read' | 'write' = 'none';

  note(resource: string, mode: Mode): void {
    if (resource === ALL_KEYS) {
      this.#allKeys = stronger(this.#allKeys, mode);
      return;
    }
    if (resource.startsWith('key ')) this.#keys = stronger(this.#keys, mode);
    const before = this.#modes.get(resource);
    this.#modes.set(resource, before === undefined || before === mode ? mode : 'write');
  }

  has(resource: string): boolean {
    return this.#modes.has(resource);
  }

  conflictsWith(other: Accesses): boolean {
    if (clash(this.#allKeys, other.#keys) || clash(other.#allKeys, this.#keys)) return true;
    if (clash(this.#allKeys, other.#allKeys)) return true;
    const [fewer, more] = this.#modes.size <= other.#modes.size ? [this, other] : [other, this];
    for (const [resource, mode] of fewer.#modes) {
      const others = more.#modes.get(resource);
      if (others !== undefined && (mode !== others || mode === 'write')) return true;
    }
    return false;
  }
}

type Strength = 'none' | 'read' | 'write';

function stronger(before: Strength, mode: Mode): Strength {
  return mode === 'read' && before !== 'write' ? 'read' : 'write';
}

function clash(a: Strength, b: Strength): boolean {
  return a !== 'none' && b !== 'none' && (a === 'write' || b === 'write');
}

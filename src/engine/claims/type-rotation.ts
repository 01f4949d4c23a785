/** Types in turn: each time the next comes first, so that none starves behind another. */
export class TypeRotation {
  #turn = 0;

  next(types: readonly string[]): readonly string[] {
    if (types.length === 0) return types;
    const first = this.#turn++ % types.length;
    return [...types.slice(first), ...types.slice(0, first)];
  }
}

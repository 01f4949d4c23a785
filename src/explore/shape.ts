/** Numbers, how many of a thing are listed, and whether it lasts to the end are of the run and not of the mistake. */
export function shapeOf(message: string): string {
  return message
    .replace(/\bto the end\b/, 'to 0 ms')
    .replace(/\d+(\.\d+)?/g, '#')
    .replace(/([^\s,]*#[^\s,]*)((, and |, | and )[^\s,]*#[^\s,]*)+/g, '$1 …')
    .replace(/(?<!at )\b(once|twice)\b/g, '# times');
}

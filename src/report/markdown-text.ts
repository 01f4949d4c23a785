const SPECIAL = /[\\`*_{}[\]<>|~#&]/g;
/** What would make a list item or a heading of a paragraph's first line. */
const OPENING = /^(?:[-+=]+|\d+[.)])(?=\s|$)/;

/** A name that a text sets in backticks. */
const QUOTED = /`([^`]+)`/;

/**
 * Text as it is, in a Markdown paragraph or a table cell: no character means anything, no line ends. Only what stands between
 * backticks is code, as the documents write it.
 */
export function escaped(text: string): string {
  const parts = text.replace(/\s+/g, ' ').trim().split(QUOTED);
  const plain = parts.map((part, index) => (index % 2 === 1 ? code(part) : part.replace(SPECIAL, '\\$&'))).join('');
  return plain.replace(OPENING, (opening) => `${opening.slice(0, -1)}\\${opening.slice(-1)}`);
}

/** An id or a command, in code style. Longer fences where the text itself has backticks. */
export function code(text: string): string {
  const longest = Math.max(0, ...(text.match(/`+/g) ?? []).map((run) => run.length));
  const fence = '`'.repeat(longest + 1);
  const padded = text.startsWith('`') || text.endsWith('`') ? ` ${text} ` : text;
  // A table ends its cells at bars even inside code.
  return `${fence}${padded.replace(/\s+/g, ' ').replaceAll('|', '\\|')}${fence}`;
}

/**
 * @param cells Markdown already
 * @param numeric columns to align right, by index
 */
export function markdownTable(
  head: readonly string[],
  cells: readonly (readonly string[])[],
  numeric: (column: number) => boolean = () => false,
): string {
  const line = (row: readonly string[]): string => `| ${row.join(' | ')} |`;
  const marks = head.map((_, column) => (numeric(column) ? '---:' : '---'));
  return [line(head), line(marks), ...cells.map(line)].join('\n');
}

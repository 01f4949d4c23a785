const WIDE = /[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6]/;

/** How many columns of a terminal a text without line breaks or colours takes: two for a Chinese character. */
export function columnsOf(text: string): number {
  let columns = 0;
  for (const character of text) columns += WIDE.test(character) ? 2 : 1;
  return columns;
}

/** A number and its unit stay on one line. */
const BEFORE_UNIT = /(?<=\d) (?=(?:%|×|s|ms|min|h)(?![\w-]))/g;
const NO_BREAK = '\u00a0';

/**
 * Breaks a text into lines of at most `width` columns: at spaces; a word too long for a line after one of its hyphens, slashes
 * or dots; failing that, anywhere. Runs of white space count as one space.
 *
 * @param hang how far lines after the first are set in, in columns
 */
export function wrap(text: string, width: number, hang = 0): string[] {
  const lines: string[] = [];
  let line = '';
  const indent = ' '.repeat(hang);
  const append = (piece: string, glue: string): void => {
    if (line !== '' && columnsOf(line + glue + piece) > width) {
      lines.push(line);
      line = indent + piece;
    } else {
      line += line === '' ? piece : glue + piece;
    }
  };
  for (const joined of text.replace(BEFORE_UNIT, NO_BREAK).split(/[ \t\n]+/)) {
    const word = joined.replaceAll(NO_BREAK, ' ');
    if (word === '') continue;
    if (columnsOf(word) <= width - hang) {
      append(word, ' ');
      continue;
    }
    let glue = ' ';
    for (const piece of pieces(word, width - hang)) {
      append(piece, glue);
      glue = '';
    }
  }
  if (line !== '' || lines.length === 0) lines.push(line);
  return lines;
}

function* pieces(word: string, width: number): Generator<string> {
  for (const part of word.split(/(?<=[-/.,])/)) {
    if (columnsOf(part) <= width) yield part;
    else yield* part;
  }
}

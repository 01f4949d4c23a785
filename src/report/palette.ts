import { styleText } from 'node:util';

/** Puts a colour, or none, around a text that has no line break in it. */
export type Paint = (text: string) => string;

/** The few colours of a report, by what they mean. */
export interface Palette {
  readonly strong: Paint;
  readonly faint: Paint;
  readonly good: Paint;
  readonly mixed: Paint;
  readonly bad: Paint;
}

type Style = Parameters<typeof styleText>[0];

/** Real colours, or the same names without any. The caller knows whether a terminal will see them. */
export function palette(colour: boolean): Palette {
  const paint =
    (style: Style): Paint =>
    (text) =>
      colour && text !== '' ? styleText(style, text, { validateStream: false }) : text;
  return {
    strong: paint('bold'),
    faint: paint('dim'),
    good: paint('green'),
    mixed: paint('yellow'),
    bad: paint(['red', 'bold']),
  };
}

/** What a report is drawn on. */
export interface Canvas {
  /** In columns. */
  readonly width: number;
  readonly colour: boolean;
}

/** How the process ends. */
export const EXIT = {
  success: 0,
  /** An expectation did not come out as its scenario stands by. */
  unexpected: 1,
  /** Bad input; one line on stderr says which, and the remedy. */
  usage: 2,
  /** A defect of windtunnel itself, as sysexits.h has it. */
  internal: 70,
  interrupted: 130,
  terminated: 143,
} as const;

export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

import { type InterleavingFinding, replayInterleaving } from '../explore/interleaving-finding.ts';
import { isRunnerScenario } from '../explore/interleaving-run.ts';
import { interleavingText } from '../report/interleaving.ts';
import { palette } from '../report/palette.ts';
import { loadScenario } from '../scenario/load.ts';
import { UsageError } from '../scenario/usage-error.ts';
import { EXIT, type ExitCode } from './exit-code.ts';
import { canvas, print } from './output.ts';

/** `windtunnel replay` of an interleaving. */
export async function replayInterleavingCommand(
  before: InterleavingFinding,
  file: string,
  { json }: { readonly json?: boolean },
): Promise<ExitCode> {
  const scenario = await loadScenario(before.spec.scenario);
  if (!isRunnerScenario(scenario)) throw new UsageError(`${before.spec.scenario} is no scenario of in-process runners`);
  const { finding, violation, isSame } = await replayInterleaving(before, scenario);
  if (json) {
    const verdict = violation === undefined ? 'holds' : 'violated';
    print(`${JSON.stringify({ file, verdict, isSame, historyHash: finding.historyHash, violation }, undefined, 2)}\n`);
  } else {
    const on = canvas();
    const { good, bad } = palette(on.colour);
    print(
      [
        interleavingText(finding, on),
        '',
        isSame
          ? `the very same run: history ${finding.historyHash}`
          : `another history than before: ${finding.historyHash}, it was ${before.historyHash} (windtunnel ${before.versions.windtunnel}, Node.js ${before.versions.node})`,
        violation === undefined
          ? good(`${before.invariant} holds in this run now`)
          : bad(`${before.invariant} still breaks in the same way`),
        '',
      ].join('\n'),
    );
  }
  return violation === undefined ? EXIT.success : EXIT.unexpected;
}

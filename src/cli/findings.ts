import { join } from 'node:path';
import type { Finding } from '../explore/finding.ts';
import type { FindingFiles } from '../report/finding.ts';
import { regressionTest } from '../report/regression-test.ts';
import { writeReports } from './report-folder.ts';

/** Each as JSON, with its regression test beside it. @returns where, by the findings' ids */
export function writeFindings(
  { designs }: { readonly designs: readonly { readonly findings: readonly Finding[] }[] },
  folder: string,
): Map<string, FindingFiles> {
  const findings = designs.flatMap((design) => design.findings);
  const contents = new Map(
    findings.flatMap((finding): [string, string][] => [
      [`${finding.id}.json`, `${JSON.stringify(finding, undefined, 2)}\n`],
      [`${finding.id}.test.ts`, regressionTest(finding)],
    ]),
  );
  if (contents.size > 0) writeReports(folder, contents);
  return new Map(
    findings.map(({ id }) => [id, { json: join(folder, `${id}.json`), test: join(folder, `${id}.test.ts`) }]),
  );
}

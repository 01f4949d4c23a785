import { jsonReport } from '../report/json.ts';
import { markdownIndex, markdownPage, type ReportPage } from '../report/markdown.ts';

/**
 * The files of a report folder: `<id>.json` and `<id>.md` for each scenario.
 * @param complete also `README.md`, the index of all of them
 */
export function reportFiles(pages: readonly ReportPage[], complete: boolean): Map<string, string> {
  const files = new Map<string, string>();
  for (const page of pages) {
    files.set(`${page.result.scenario}.json`, jsonReport([page.result]));
    files.set(`${page.result.scenario}.md`, markdownPage(page));
  }
  if (complete) files.set('README.md', markdownIndex(pages));
  return files;
}

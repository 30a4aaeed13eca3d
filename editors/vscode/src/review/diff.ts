/** A finished edit as a diff: the file as it is beside the file as it would be. */

import * as vscode from 'vscode';
import type { JobNews } from '../protocol';
import type { Server } from '../server/server';
import { preview as chosen } from '../settings';
import { nameOf, waits, type Job, type Jobs } from '../jobs/table';

const GRADES: Readonly<Record<string, string>> = {
  examples: 'passes its examples',
  tested: 'tested',
  proved: 'proved',
};
const SCHEME = 'synthd-preview';

export class DiffReview implements vscode.TextDocumentContentProvider, vscode.Disposable {
  private readonly changed = new vscode.EventEmitter<vscode.Uri>();
  private readonly shown = new Map<string, vscode.Uri>();
  private readonly disposables: vscode.Disposable[];
  readonly onDidChange = this.changed.event;

  constructor(
    server: Server,
    private readonly jobs: Jobs,
  ) {
    this.disposables = [
      this.changed,
      vscode.workspace.registerTextDocumentContentProvider(SCHEME, this),
      server.onJob((news) => void this.follow(news)),
      jobs.onChange((job) => void this.closeUnlessWaiting(job)),
      vscode.workspace.onDidChangeTextDocument(({ document }) => {
        for (const uri of this.shown.values())
          if (this.job(uri)?.news.uri === document.uri.toString()) this.changed.fire(uri);
      }),
    ];
  }

  /** The job that a diff editor's address is about. */
  job(uri: vscode.Uri): Job | undefined {
    return uri.scheme === SCHEME ? this.jobs.get(uri.fragment) : undefined;
  }

  /** The one that is looked at. */
  current(): Job | undefined {
    const input = vscode.window.tabGroups.activeTabGroup.activeTab?.input;
    const job = input instanceof vscode.TabInputTextDiff ? this.job(input.modified) : undefined;
    return job !== undefined && waits(job) ? job : undefined;
  }

  async show(job: Job): Promise<void> {
    const { preview, uri } = job.news;
    if (preview === undefined) return;
    const before = vscode.Uri.parse(uri, true);
    const after = before.with({ scheme: SCHEME, fragment: job.news.job });
    this.shown.set(job.news.job, after);
    const title = `synthd: ${nameOf(job)}, ${GRADES[preview.grade] ?? 'verified'}`;
    await vscode.commands.executeCommand('vscode.diff', before, after, title, {
      selection: lineOf(preview.range),
      viewColumn: columnOf(before),
      preview: true,
    });
  }

  async provideTextDocumentContent(uri: vscode.Uri): Promise<string> {
    const news = this.job(uri)?.news;
    if (news?.preview === undefined) return '';
    const document = await vscode.workspace.openTextDocument(vscode.Uri.parse(news.uri, true));
    return withEdit(document, news.preview);
  }

  dispose(): void {
    vscode.Disposable.from(...this.disposables).dispose();
  }

  private async follow(news: JobNews): Promise<void> {
    const job = this.jobs.get(news.job) ?? { news, progress: undefined };
    // In the other ways the server itself asks for the confirmation. Who looks at another edit is
    // left alone: this one is shown after it.
    const looks = this.current();
    if (news.state !== 'ready' || chosen() !== 'diff') return;
    if (looks === undefined || looks.news.job === news.job) await this.show(job);
  }

  private async closeUnlessWaiting(job: Job): Promise<void> {
    const uri = this.shown.get(job.news.job);
    if (uri === undefined || waits(job)) return;
    this.shown.delete(job.news.job);
    const tabs = tabsOf(uri);
    const looking = tabs.some((tab) => tab.isActive);
    await vscode.window.tabGroups.close(tabs);
    if (!looking) return;
    await backTo(vscode.Uri.parse(job.news.uri, true));
    const next = this.jobs.all(waits).at(-1); // the oldest
    if (next !== undefined && chosen() === 'diff') await this.show(next);
  }
}

type Edit = NonNullable<JobNews['preview']>;

/** What was typed elsewhere in the file meanwhile has moved the place: it is known by its text. */
function withEdit(document: vscode.TextDocument, edit: Edit): string {
  const text = document.getText();
  const at = text.indexOf(edit.before);
  const once = edit.before !== '' && at >= 0 && text.indexOf(edit.before, at + 1) < 0;
  if (once) return text.slice(0, at) + edit.after + text.slice(at + edit.before.length);
  const range = asRange(edit.range);
  const [start, end] = [document.offsetAt(range.start), document.offsetAt(range.end)];
  return text.slice(0, start) + edit.newText + text.slice(end);
}

function asRange(range: Edit['range']): vscode.Range {
  const { start, end } = range;
  return new vscode.Range(start.line, start.character, end.line, end.character);
}

function lineOf({ end }: Edit['range']): vscode.Range {
  return new vscode.Range(end.line, 0, end.line, 0);
}

/** Where the file is: the search may stand beside it, and must not be covered. */
function columnOf(uri: vscode.Uri): vscode.ViewColumn | undefined {
  const shows = ({ input }: vscode.Tab): boolean =>
    input instanceof vscode.TabInputText && input.uri.toString() === uri.toString();
  return vscode.window.tabGroups.all.find((group) => group.tabs.some(shows))?.viewColumn;
}

async function backTo(uri: vscode.Uri): Promise<void> {
  const document = await vscode.workspace.openTextDocument(uri);
  await vscode.window.showTextDocument(document, { viewColumn: columnOf(uri), preview: false });
}

function tabsOf(uri: vscode.Uri): vscode.Tab[] {
  return vscode.window.tabGroups.all
    .flatMap((group) => group.tabs)
    .filter(
      ({ input }) =>
        input instanceof vscode.TabInputTextDiff && input.modified.toString() === uri.toString(),
    );
}

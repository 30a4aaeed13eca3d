/** Test runs: the one that was asked for, and short ones for what the server verified by itself. */

import * as vscode from 'vscode';
import type { Standing, VerifiedFunction } from '../protocol';

const OVER: readonly Standing[] = ['verified', 'failed', 'unknown', 'stale'];

export class Running implements vscode.Disposable {
  private run: vscode.TestRun | undefined;
  private readonly waiting = new Set<string>();
  private readonly last = new Map<string, string>();
  private cancelled: vscode.Disposable | undefined;

  constructor(private readonly controller: vscode.TestController) {}

  begin(
    request: vscode.TestRunRequest,
    items: readonly vscode.TestItem[],
    token: vscode.CancellationToken,
  ): void {
    this.end();
    this.run = this.controller.createTestRun(request);
    for (const item of items) {
      this.waiting.add(item.id);
      this.last.delete(item.id);
      this.run.enqueued(item);
    }
    this.cancelled = token.onCancellationRequested(() => {
      this.end();
    });
  }

  tell(item: vscode.TestItem, one: VerifiedFunction): void {
    const run = this.run;
    if (run !== undefined && this.waiting.has(item.id)) {
      if (one.state === 'running') run.started(item);
      if (!OVER.includes(one.state)) return;
      mark(run, item, one);
      this.remember(item, one);
      this.waiting.delete(item.id);
      if (this.waiting.size === 0) this.end();
      return;
    }
    if (OVER.includes(one.state) && this.isNews(item, one)) this.alone(item, one);
  }

  /** It is no test any more: the next result of that name is news again. */
  forget(id: string): void {
    this.last.delete(id);
  }

  end(): void {
    this.run?.end();
    this.run = undefined;
    this.waiting.clear();
    this.cancelled?.dispose();
    this.cancelled = undefined;
  }

  dispose(): void {
    this.end();
  }

  /** What is known of no run is news where an earlier one said otherwise. */
  private isNews(item: vscode.TestItem, one: VerifiedFunction): boolean {
    const known = this.last.has(item.id) || wasRun(one);
    return known && this.remember(item, one);
  }

  /** True where that is news. */
  private remember(item: vscode.TestItem, one: VerifiedFunction): boolean {
    const news = `${one.state} ${one.message ?? ''}`;
    if (this.last.get(item.id) === news) return false;
    this.last.set(item.id, news);
    return true;
  }

  private alone(item: vscode.TestItem, one: VerifiedFunction): void {
    const request = new vscode.TestRunRequest([item], undefined, undefined, false, true);
    const run = this.controller.createTestRun(request, 'synthd', false);
    mark(run, item, one, false);
    run.end();
  }
}

const wasRun = (one: VerifiedFunction): boolean => one.state !== 'unknown' || one.at !== 0;

/** Words only where a run was asked for: they are put over the code, where diagnostics say it too. */
function mark(
  run: vscode.TestRun,
  item: vscode.TestItem,
  one: VerifiedFunction,
  words = true,
): void {
  const said = one.message || one.title || one.state;
  run.appendOutput(`${one.function}: ${said}`.replaceAll('\n', '\r\n') + '\r\n', undefined, item);
  if (one.state === 'verified') run.passed(item);
  else if (one.state === 'failed') run.failed(item, words ? message(item, said) : []);
  else if (one.state === 'unknown' && wasRun(one)) run.errored(item, words ? message(item, said) : []);
  else run.skipped(item);
}

function message(item: vscode.TestItem, text: string): vscode.TestMessage {
  const made = new vscode.TestMessage(text);
  if (item.uri !== undefined && item.range !== undefined)
    made.location = new vscode.Location(item.uri, item.range);
  return made;
}

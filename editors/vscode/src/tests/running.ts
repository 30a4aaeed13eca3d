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
    if (OVER.includes(one.state) && this.remember(item, one)) this.alone(item, one);
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
  else if (one.state === 'unknown') run.errored(item, words ? message(item, said) : []);
  else run.skipped(item);
}

function message(item: vscode.TestItem, text: string): vscode.TestMessage {
  const made = new vscode.TestMessage(text);
  if (item.uri !== undefined && item.range !== undefined)
    made.location = new vscode.Location(item.uri, item.range);
  return made;
}

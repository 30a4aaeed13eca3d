/** Functions with examples as entries of the Test Explorer. Only `verified` is a pass. */

import * as vscode from 'vscode';
import type { Verification, VerifiedFunction } from '../protocol';
import type { Server } from '../server/server';
import { Running } from './running';

export class Tests implements vscode.Disposable {
  private readonly controller = vscode.tests.createTestController('synthd', 'synthd');
  private readonly running = new Running(this.controller);
  private readonly disposables: vscode.Disposable[];

  constructor(private readonly server: Server) {
    this.controller.createRunProfile(
      'Verify',
      vscode.TestRunProfileKind.Run,
      (request, token) => this.run(request, token),
      true,
    );
    this.disposables = [
      this.controller,
      this.running,
      server.onVerification((news) => {
        this.take(news);
      }),
      server.onPhase((phase) => {
        if (phase === 'running') return;
        this.running.end();
        this.controller.items.replace([]);
      }),
      vscode.workspace.onDidCloseTextDocument((document) => {
        this.controller.items.delete(document.uri.toString());
      }),
    ];
  }

  dispose(): void {
    vscode.Disposable.from(...this.disposables).dispose();
  }

  private take(news: Verification): void {
    const document = vscode.workspace.textDocuments.find(({ uri }) => uri.toString() === news.uri);
    if (document?.version !== news.version) return;
    const file = this.file(document.uri);
    const functions = news.functions.filter(
      (one) =>
        stands(one) ||
        (one.state !== 'stub' && file.children.get(id(document.uri, one)) !== undefined),
    );
    for (const one of news.functions)
      if (one.state === 'stub') this.running.forget(id(document.uri, one));
    file.children.replace(functions.map((one) => this.item(document.uri, one)));
    if (functions.length === 0) this.controller.items.delete(file.id);
    for (const one of functions) {
      const item = file.children.get(id(document.uri, one));
      if (item !== undefined) this.running.tell(item, one);
    }
  }

  private file(uri: vscode.Uri): vscode.TestItem {
    const known = this.controller.items.get(uri.toString());
    if (known !== undefined) return known;
    const name = vscode.workspace.asRelativePath(uri);
    const made = this.controller.createTestItem(uri.toString(), name, uri);
    this.controller.items.add(made);
    return made;
  }

  private item(uri: vscode.Uri, one: VerifiedFunction): vscode.TestItem {
    const made = this.controller.createTestItem(id(uri, one), one.function, uri);
    made.range = new vscode.Range(one.line, 0, one.line, 0);
    made.description = one.title ?? '';
    return made;
  }

  private async run(request: vscode.TestRunRequest, token: vscode.CancellationToken): Promise<void> {
    const asked = request.include ?? all(this.controller.items);
    this.running.begin(request, asked.flatMap(leaves), token);
    for (const item of asked) {
      const uri = item.uri;
      if (uri === undefined || token.isCancellationRequested) continue;
      await vscode.workspace.openTextDocument(uri); // the server reads what the editor holds
      const textDocument = { uri: uri.toString() };
      const start = item.range?.start;
      const position = start && { line: start.line, character: start.character };
      await this.server.ask('synthd.verify', position ? { textDocument, position } : { textDocument });
    }
  }
}

/** A stub is nothing to test, also while it is being written. */
const stands = ({ state }: VerifiedFunction): boolean =>
  !['stub', 'queued', 'running'].includes(state);
const id = (uri: vscode.Uri, one: VerifiedFunction): string => `${uri.toString()}#${one.function}`;

function all(items: vscode.TestItemCollection): vscode.TestItem[] {
  const found: vscode.TestItem[] = [];
  items.forEach((item) => found.push(item));
  return found;
}

function leaves(item: vscode.TestItem): vscode.TestItem[] {
  return item.children.size === 0 ? [item] : all(item.children);
}

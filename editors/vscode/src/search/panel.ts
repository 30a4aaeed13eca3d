/** The live search tree, beside the code. It shows one job at a time. */

import * as vscode from 'vscode';
import { goesOn, nameOf, type Jobs } from '../jobs/table';
import type { Search } from '../protocol';
import type { Server } from '../server/server';
import type { FromPage, Heading, ToPage } from './messages';
import { page } from './html';

export class SearchPanel implements vscode.Disposable {
  private panel: vscode.WebviewPanel | undefined;
  private job = '';
  private latest: Search | undefined;
  private readonly disposables: vscode.Disposable[];

  constructor(
    private readonly extension: vscode.Uri,
    private readonly server: Server,
    private readonly jobs: Jobs,
  ) {
    this.disposables = [
      server.onSearch((search) => {
        if (search.job !== this.job) return;
        this.latest = search;
        this.draw();
      }),
      jobs.onChange((job) => {
        if (job.news.job === this.job) this.draw();
      }),
    ];
  }

  /** The newest job where none is named. */
  async show(id?: string): Promise<void> {
    const job = id ?? this.jobs.all()[0]?.news.job;
    if (job === undefined) {
      void vscode.window.showInformationMessage('synthd: no search yet: synthesize a function first.');
      return;
    }
    if (this.job !== job) {
      await this.watch(false);
      this.latest = undefined;
      this.job = job;
    }
    this.panel ??= this.create();
    this.panel.reveal(undefined, true);
    await this.watch(true);
    this.draw();
  }

  dispose(): void {
    this.panel?.dispose();
    vscode.Disposable.from(...this.disposables).dispose();
  }

  private create(): vscode.WebviewPanel {
    const dist = vscode.Uri.joinPath(this.extension, 'dist');
    const panel = vscode.window.createWebviewPanel(
      'synthd.search',
      'synthd: search',
      { viewColumn: vscode.ViewColumn.Beside, preserveFocus: true },
      { enableScripts: true, localResourceRoots: [dist], enableFindWidget: true },
    );
    panel.webview.onDidReceiveMessage((said: FromPage) => {
      this.hear(said).catch((failure: unknown) => {
        void vscode.window.showWarningMessage(`synthd: ${String(failure)}`);
      });
    });
    panel.onDidDispose(() => {
      this.panel = undefined;
      void this.watch(false);
      this.job = '';
    });
    panel.webview.html = page(panel.webview, dist);
    return panel;
  }

  private async hear(said: FromPage): Promise<void> {
    if (said.kind === 'ready') this.draw();
    if (said.kind === 'stop') await this.server.ask('synthd.cancel', { job: this.job });
    if (said.kind === 'prune') {
      const { pruned } = await this.server.ask('synthd.prune', { job: this.job, node: said.node });
      if (!pruned) void vscode.window.showInformationMessage('synthd: too late to prune that one.');
    }
  }

  private async watch(on: boolean): Promise<void> {
    if (this.job === '' || this.server.phase !== 'running') return;
    await this.server.ask('synthd.watchSearch', { job: this.job, on }).catch(() => undefined);
  }

  private draw(): void {
    const message: ToPage = { heading: this.heading(), nodes: this.latest?.nodes ?? [] };
    void this.panel?.webview.postMessage(message);
  }

  private heading(): Heading {
    const job = this.jobs.get(this.job);
    const state = job?.news.state ?? 'running';
    return {
      name: job === undefined ? 'search' : nameOf(job),
      state: state.replace('_', ' '),
      message: (job !== undefined && goesOn(job) ? job.progress?.message : job?.news.message) ?? '',
      strategy: job?.progress?.strategy ?? '',
      model: job?.progress?.model ?? '',
      endpoint: job?.progress?.endpoint ?? '',
      running: job !== undefined && job.news.state === 'running',
    };
  }
}

/** Tells the user of an end that needs them. Success shows in the editor and the status bar. */

import * as vscode from 'vscode';
import type { JobNews } from '../protocol';
import { MOMENT, type Messages } from '../server/messages';
import type { Server } from '../server/server';
import { notifications } from '../settings';
import type { Jobs } from './table';

export function tellOutcomes(server: Server, jobs: Jobs, messages: Messages): vscode.Disposable {
  return server.onJob((news) => {
    const job = jobs.get(news.job) ?? { news, progress: undefined };
    const name = job.news.function || job.progress?.function || '';
    switch (news.state) {
      case 'unsolved':
      case 'undecided':
      case 'error':
      case 'not_applied':
        messages.shows(news.message);
        void offer(server, news, name);
        break;
      case 'stale':
        messages.shows(news.message);
        setTimeout(() => {
          if (!messages.isAsked(news.message)) void offer(server, news, name);
        }, MOMENT);
        break;
      case 'verified':
      case 'partial':
        messages.shows(news.message);
        if (notifications() === 'always')
          void vscode.window.showInformationMessage(said(name, news.message));
        break;
      default:
        break;
    }
  });
}

async function offer(server: Server, news: JobNews, name: string): Promise<void> {
  const search = 'Show search';
  const partial = 'Apply best partial…';
  const copy = 'Copy code';
  const buttons: string[] = [];
  if (news.partial === true) buttons.push(partial);
  if ((news.state === 'stale' || news.state === 'not_applied') && news.code) buttons.push(copy);
  if (news.state !== 'error') buttons.push(search);
  const show =
    news.state === 'error' ? vscode.window.showErrorMessage : vscode.window.showWarningMessage;
  const chosen = await show(said(name, news.message), ...buttons);
  if (chosen === search) await vscode.commands.executeCommand('synthd.showSearch', { job: news.job });
  if (chosen === copy) await vscode.env.clipboard.writeText(news.code ?? '');
  if (chosen === partial) await applyPartial(server, news);
}

async function applyPartial(server: Server, news: JobNews): Promise<void> {
  const answer = await server.ask('synthd.accept', { job: news.job, partial: true });
  if (!answer.accepted) void vscode.window.showWarningMessage(said('', answer.message ?? ''));
}

function said(name: string, message: string): string {
  return message.includes(name) || name === '' ? `synthd: ${message}` : `synthd: ${name}: ${message}`;
}

/** Puts the parts together. What runs with a server is told of its coming and going by it. */

import * as vscode from 'vscode';
import { addExamples } from './commands/examples';
import { certificate, explain, listJobs, verify, verifyFile } from './commands/look';
import { menu } from './commands/menu';
import { pickModel } from './commands/models';
import { command, type Command } from './commands/register';
import { Reviewer } from './commands/review';
import { Starter } from './commands/synthesize';
import { tellOutcomes } from './jobs/outcome';
import { askQuestions } from './jobs/questions';
import { Jobs } from './jobs/table';
import { DiffReview } from './review/diff';
import { SearchPanel } from './search/panel';
import { Installer } from './server/installer';
import { Messages } from './server/messages';
import { onOtherInterpreter } from './server/python';
import { Server } from './server/server';
import { Forwarding } from './server/forwarding';
import { showsTests } from './settings';
import { Standings } from './standings';
import { StatusBar } from './status';
import { Tests } from './tests/controller';

let running: Server | undefined;

export async function activate(context: vscode.ExtensionContext): Promise<void> {
  const log = vscode.window.createOutputChannel('synthd', { log: true });
  const trace = vscode.window.createOutputChannel('synthd trace', { log: true });
  const messages = new Messages(log);
  const server = new Server(log, trace, messages);
  running = server;
  const jobs = new Jobs(server);
  const status = new StatusBar(server, jobs);
  const diffs = new DiffReview(server, jobs);
  const panel = new SearchPanel(context.extensionUri, server, jobs);
  const standings = new Standings(server);
  const installer = new Installer(server);
  const own = commands(log, server, jobs, status, standings, diffs, panel, installer);
  context.subscriptions.push(log, trace, server, jobs, status, diffs, panel, installer, ...own);
  context.subscriptions.push(standings);
  context.subscriptions.push(tellOutcomes(server, jobs, messages), askQuestions(server, jobs));
  context.subscriptions.push(new Forwarding(server, log));
  if (showsTests()) context.subscriptions.push(new Tests(server));
  context.subscriptions.push(...(await restarts(server)));
  await server.start();
}

export async function deactivate(): Promise<void> {
  await running?.stop();
}

function commands(
  log: vscode.LogOutputChannel,
  server: Server,
  jobs: Jobs,
  status: StatusBar,
  standings: Standings,
  diffs: DiffReview,
  panel: SearchPanel,
  installer: Installer,
): vscode.Disposable[] {
  const starter = new Starter(server, jobs, status, standings);
  const reviewer = new Reviewer(server, jobs, diffs);
  const all: Record<string, Command> = {
    synthesize: (given) => starter.synthesize(given),
    synthesizeWith: (given) => starter.synthesizeWith(given),
    repair: (given) => starter.repair(given),
    repairProof: (given) => starter.wish('proof', given),
    addInvariant: (given) => starter.wish('invariant', given),
    addExamples: (given) => addExamples(server, given),
    verify: (given) => verify(server, given),
    verifyFile: () => verifyFile(server),
    cancel: (given) => reviewer.cancel(given),
    review: (given) => reviewer.review(given),
    accept: (given) => reviewer.accept(given),
    reject: (given) => reviewer.reject(given),
    showSearch: (given) => panel.show(jobIn(given)),
    showCertificate: (given) => certificate(server, given),
    explain: (given) => explain(server, given),
    pickModel: () => pickModel(server),
    jobs: () => listJobs(server, jobs, panel),
    menu: () => menu(server, jobs),
    install: () => installer.install(),
    restart: () => server.restart(),
    showLog: () => {
      log.show();
    },
    settings: () => vscode.commands.executeCommand('workbench.action.openSettings', '@ext:synthd.synthd'),
  };
  return Object.entries(all).map(([name, run]) => command(log, `synthd.${name}`, run));
}

/** What makes another server necessary. */
async function restarts(server: Server): Promise<vscode.Disposable[]> {
  const again = (): void => void server.restart();
  return [
    vscode.workspace.onDidGrantWorkspaceTrust(again),
    await onOtherInterpreter(again),
    vscode.workspace.onDidChangeConfiguration((change) => {
      if (change.affectsConfiguration('synthd.path') || change.affectsConfiguration('synthd.preview'))
        again();
      else if (change.affectsConfiguration('synthd')) server.configured();
    }),
  ];
}

function jobIn(given: unknown): string | undefined {
  if (typeof given !== 'object' || given === null || !('job' in given)) return undefined;
  return typeof given.job === 'string' ? given.job : undefined;
}

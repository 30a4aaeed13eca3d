/** The server's life: found, started, asked, restarted. Listeners outlive every restart. */

import * as vscode from 'vscode';
import { State, type LanguageClient } from 'vscode-languageclient/node';
import {
  SCHEMA,
  type Commands,
  type JobNews,
  type JobProgress,
  type Question,
  type Search,
  type Status,
  type Verification,
} from '../protocol';
import { forServer } from '../settings';
import { connect } from './connection';
import { findServer, type Found } from './find';
import type { Messages } from './messages';

export type Phase = 'off' | 'starting' | 'running' | 'missing' | 'failed';

const WAIT = 20_000; // for a server that is starting, before a command gives up

export class Server implements vscode.Disposable {
  private readonly phases = new vscode.EventEmitter<Phase>();
  private readonly jobs = new vscode.EventEmitter<JobNews>();
  private readonly progresses = new vscode.EventEmitter<JobProgress>();
  private readonly questions = new vscode.EventEmitter<Question>();
  private readonly verifications = new vscode.EventEmitter<Verification>();
  private readonly statuses = new vscode.EventEmitter<Status>();
  private readonly searches = new vscode.EventEmitter<Search>();

  readonly onPhase = this.phases.event;
  readonly onJob = this.jobs.event;
  readonly onProgress = this.progresses.event;
  readonly onQuestion = this.questions.event;
  readonly onVerification = this.verifications.event;
  readonly onStatus = this.statuses.event;
  readonly onSearch = this.searches.event;

  phase: Phase = 'off';
  problem = '';
  found: Found | undefined;
  private client: LanguageClient | undefined;
  private turn: Promise<void> = Promise.resolve();

  constructor(
    private readonly log: vscode.LogOutputChannel,
    private readonly trace: vscode.LogOutputChannel,
    private readonly messages: Messages,
  ) {}

  start(): Promise<void> {
    return this.inTurn(() => this.begin());
  }

  /** Also the way to take other settings of the server into account. */
  restart(): Promise<void> {
    return this.inTurn(async () => {
      await this.end();
      await this.begin();
    });
  }

  stop(): Promise<void> {
    return this.inTurn(() => this.end());
  }

  dispose(): void {
    for (const emitter of [this.phases, this.jobs, this.progresses, this.questions]) emitter.dispose();
    for (const emitter of [this.verifications, this.statuses, this.searches]) emitter.dispose();
  }

  /** A command of the server. Throws what the user should be told. */
  async ask<C extends keyof Commands>(command: C, argument: Commands[C][0]): Promise<Commands[C][1]> {
    return this.request<Commands[C][1]>(command, [argument]);
  }

  /** The same for what a newer server may have that is not in our list. */
  forward(command: string, given: readonly unknown[]): Promise<unknown> {
    return this.request<unknown>(command, given);
  }

  configured(): void {
    if (this.phase !== 'running') return;
    const settings = { synthd: forServer() };
    void this.client?.sendNotification('workspace/didChangeConfiguration', { settings });
  }

  /** Names of all commands that the running server offers. */
  get commands(): readonly string[] {
    return this.client?.initializeResult?.capabilities.executeCommandProvider?.commands ?? [];
  }

  private inTurn(work: () => Promise<void>): Promise<void> {
    this.turn = this.turn.then(work, work);
    return this.turn;
  }

  private async begin(): Promise<void> {
    if (this.client !== undefined) return;
    this.enter('starting');
    try {
      const found = (this.found = await findServer());
      if (found === undefined) {
        this.enter('missing', 'synthd was not found');
        return;
      }
      this.log.info(`starting ${found.command} (${found.from})`);
      await this.run(connect(found.command, this.log, this.trace));
    } catch (failure) {
      this.client = undefined;
      this.enter('failed', failure instanceof Error ? failure.message : String(failure));
      this.log.error(this.problem);
    }
  }

  private async run(client: LanguageClient): Promise<void> {
    this.client = client;
    this.listen(client);
    client.onDidChangeState(({ newState }) => {
      if (client !== this.client) return;
      if (newState === State.Running) this.enter('running');
      if (newState === State.Stopped) this.enter('failed', 'the server has stopped');
    });
    await client.start();
  }

  private async end(): Promise<void> {
    const client = this.client;
    this.client = undefined;
    if (client?.needsStop() === true) await client.stop().catch(() => undefined);
    await client?.dispose().catch(() => undefined);
    this.enter('off');
  }

  private listen(client: LanguageClient): void {
    const hear = <T>(name: string, emitter: vscode.EventEmitter<T>): void => {
      client.onNotification(`synthd/${name}`, (news: T & { schema: number }) => {
        if (news.schema === SCHEMA) emitter.fire(news);
      });
    };
    hear('job', this.jobs);
    hear('jobProgress', this.progresses);
    hear('question', this.questions);
    hear('verification', this.verifications);
    hear('status', this.statuses);
    hear('search', this.searches);
    this.messages.takeOver(client);
  }

  private enter(phase: Phase, problem = ''): void {
    this.phase = phase;
    this.problem = problem;
    void vscode.commands.executeCommand('setContext', 'synthd.running', phase === 'running');
    this.phases.fire(phase);
  }

  private async request<T>(command: string, given: readonly unknown[]): Promise<T> {
    const client = await this.ready();
    return client.sendRequest<T>('workspace/executeCommand', { command, arguments: given });
  }

  private async ready(): Promise<LanguageClient> {
    if (this.phase !== 'running') await Promise.race([this.start(), later(WAIT)]);
    if (this.client === undefined || this.phase !== 'running')
      throw new Error(this.problem === '' ? 'the server does not start; see the log' : this.problem);
    return this.client;
  }
}

function later(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}

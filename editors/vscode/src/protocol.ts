/** What synthd adds to the language server protocol: docs/protocol.md of the project, as types. */

import type { Position, Range } from 'vscode-languageclient/node';

export const SCHEMA = 1;

export interface Target {
  readonly textDocument: { readonly uri: string };
  readonly position: Position;
}

export type Wish = 'body' | 'repair' | 'proof' | 'invariant';

/** Where examples for a function may be found. */
export type Origin = 'test' | 'usage';

export interface Order extends Target {
  readonly strategy?: string;
  readonly model?: string;
  readonly wish?: Wish;
}

export type JobState =
  | 'running'
  | 'ready'
  | 'applying'
  | 'verified'
  | 'unsolved'
  | 'undecided'
  | 'error'
  | 'cancelled'
  | 'left'
  | 'stale'
  | 'rejected'
  | 'not_applied'
  | 'partial';

export interface Preview {
  readonly range: Range;
  readonly newText: string;
  readonly before: string;
  readonly after: string;
  readonly diff: string;
  readonly message: string;
  readonly grade: string;
}

export interface JobNews {
  readonly job: string;
  readonly uri: string;
  readonly state: JobState;
  readonly status?: string;
  readonly grade?: string;
  readonly function: string;
  readonly message: string;
  readonly code?: string;
  readonly partial?: boolean;
  readonly preview?: Preview;
  readonly remote?: string;
}

export interface JobProgress {
  readonly job: string;
  readonly uri: string;
  readonly function: string;
  readonly strategy: string;
  readonly model: string;
  readonly endpoint: string;
  readonly programs: number;
  readonly maxPrograms: number;
  readonly best?: { readonly passed: number; readonly total: number } | null;
  readonly tokens: number;
  readonly seconds: number;
  readonly fraction?: number | null;
  readonly message: string;
}

export interface Question {
  readonly job: string;
  readonly uri: string;
  readonly question: string;
  readonly text: string;
  readonly call: string;
  readonly choices: readonly { readonly label: string; readonly value: string }[];
}

export type Standing =
  | 'stub'
  | 'queued'
  | 'running'
  | 'verified'
  | 'stale'
  | 'failed'
  | 'unknown';

export interface VerifiedFunction {
  readonly function: string;
  readonly line: number;
  readonly state: Standing;
  readonly grade?: string;
  readonly title?: string;
  readonly message?: string;
  readonly examples?: number;
  readonly passed?: number;
  readonly total?: number;
  /** When that was found out: 0 where nothing was. */
  readonly at?: number;
}

export interface Verification {
  readonly uri: string;
  readonly version: number;
  readonly functions: readonly VerifiedFunction[];
}

export interface Status {
  readonly state: 'idle' | 'busy' | 'ready' | 'problem';
  readonly jobs: number;
  readonly model: string;
  readonly endpoint: string;
  readonly strategy: string;
  readonly message: string;
}

export interface SearchNode {
  readonly id: string;
  readonly parent: string | null;
  readonly purpose: string;
  readonly score: number | null;
  readonly verdict: string;
  readonly passed: number;
  readonly total: number;
  readonly tokens: number;
  readonly seconds: number;
  readonly error: string;
  readonly code: string;
  readonly state: string;
}

export interface Search {
  readonly job: string;
  readonly done: boolean;
  readonly nodes: readonly SearchNode[];
}

export interface Option {
  readonly name: string;
  readonly note?: string;
  readonly ready?: boolean;
}

export interface Options {
  readonly models: readonly Option[];
  readonly strategies: readonly Option[];
  readonly model: string;
  readonly strategy: string;
}

export interface Forecast {
  readonly model: string;
  readonly endpoint: string;
  readonly strategy: string;
  readonly programs: number;
  readonly seconds: number;
  readonly tokens: number;
  readonly expected?: number | null;
  readonly jobs: number;
  readonly sandbox: string;
  readonly problem: string;
}

/** The commands of the server, with what they take and what they answer. */
export interface Commands {
  'synthd.synthesize': [Order, { job: string }];
  'synthd.repair': [Order, { job: string }];
  'synthd.addExamples': [Target & { origin: Origin }, { adding: boolean }];
  'synthd.verify': [{ textDocument: { uri: string }; position?: Position }, unknown];
  'synthd.cancel': [{ job: string }, { cancelled: boolean }];
  'synthd.accept': [{ job: string; partial?: boolean }, { accepted: boolean; message?: string }];
  'synthd.reject': [{ job: string }, { rejected: boolean }];
  'synthd.answer': [{ job: string; question: string; value: string | null }, unknown];
  'synthd.showSearch': [{ job?: string }, { job: string; uri: string }];
  'synthd.watchSearch': [{ job: string; on: boolean }, { watching: boolean }];
  'synthd.prune': [{ job: string; node: string }, { pruned: boolean }];
  'synthd.showCertificate': [Target, { uri: string | null; message?: string }];
  'synthd.explain': [Target, { uri: string | null; message?: string }];
  'synthd.pickModel': [{ model?: string; strategy?: string }, Options];
  'synthd.forecast': [Target, Forecast];
  'synthd.jobs': [object, { jobs: JobRow[] }];
}

export interface JobRow {
  readonly id: string;
  readonly uri: string;
  readonly state: JobState;
  readonly function: string;
  readonly message: string;
}

-- What the server says by itself, and what then happens in the editor.

local idle = require('synthd.idle')
local jobs = require('synthd.jobs')
local lenses = require('synthd.lenses')
local marks = require('synthd.marks')
local pages = require('synthd.pages')
local preview = require('synthd.preview')
local questions = require('synthd.questions')
local say = require('synthd.say')
local search = require('synthd.search')
local server = require('synthd.server')
local status = require('synthd.status')
local words = require('synthd.words')

local M = {}

local SECOND = 1000 -- ms

local function client_of(context)
  return vim.lsp.get_client_by_id(context.client_id)
end

local function redraw_status()
  vim.cmd.redrawstatus({ bang = true })
end

local function buffer_of(job)
  local client = vim.lsp.get_client_by_id(job.client_id)
  return client and server.buffer(client, job.uri) or nil
end

-- Draws again what a job shows.
function M.changed(job)
  local bufnr = buffer_of(job)
  if bufnr then
    marks.redraw(bufnr)
  end
  search.changed(job)
  redraw_status()
  return bufnr
end

local ticking = nil

-- Seconds go on while the server has nothing to tell.
local function tick()
  ticking = ticking or assert(vim.uv.new_timer())
  ticking:start(
    SECOND,
    SECOND,
    vim.schedule_wrap(function()
      local running = jobs.list(function(job)
        return job.state == 'running'
      end)
      if #running == 0 then
        ticking:stop()
      end
      vim.iter(running):each(M.changed)
    end)
  )
end

-- What the server does not say itself by window/showMessage.
local function tell(job)
  local grade = type(job.grade) == 'string' and job.grade ~= '' and (' [%s]'):format(job.grade) or ''
  if job.state == 'verified' then
    say.info(job.message .. grade)
  elseif job.state == 'partial' then
    say.warn(('%s: partial: %s'):format(jobs.name(job), job.message))
  elseif job.state == 'cancelled' or job.state == 'rejected' then
    say.info(('%s: %s'):format(jobs.name(job), job.state))
  end
end

local function job_told(told, context)
  idle.watch()
  tick()
  local job = jobs.take(told, context.client_id)
  local bufnr = buffer_of(job)
  job.ended_tick = bufnr and not jobs.open(job) and vim.api.nvim_buf_get_changedtick(bufnr) or nil
  M.changed(job)
  if job.state == 'ready' and job.preview then
    preview.offer(job, bufnr)
  else
    preview.withdraw(job)
    tell(job)
  end
end

-- The first message after "starting" says with what a job runs, and how long that usually takes.
local function foretell(job)
  if job.asked_at and not job.foretold and job.progress.message ~= 'starting' then
    job.foretold = true
    say.info(('%s: %s'):format(jobs.name(job), job.progress.message))
  end
end

local function progress_told(told, context)
  local job = jobs.know(told.job, told.uri, context.client_id)
  if not jobs.open(job) then
    return
  end
  job.progress, job.told_at = told, idle.now()
  job.ran = words.ran(told)
  foretell(job)
  if type(told['function']) == 'string' and told['function'] ~= '' then
    job['function'] = told['function']
  end
  M.changed(job)
end

local function question_told(told, context)
  local job = jobs.know(told.job, told.uri, context.client_id)
  job.question = told
  questions.offer(job, M.changed(job))
end

local function verification_told(told, context)
  local client = client_of(context)
  if client then
    marks.verification(client, told)
  end
end

local function status_told(told, context)
  status.take(told, context.client_id)
  redraw_status()
end

local function message_told(told)
  if told.type == vim.lsp.protocol.MessageType.Error then
    say.error(told.message)
  elseif told.type == vim.lsp.protocol.MessageType.Warning then
    say.warn(told.message)
  else
    say.info(told.message)
  end
end

M.notifications = {
  ['synthd/job'] = job_told,
  ['synthd/jobProgress'] = progress_told,
  ['synthd/question'] = question_told,
  ['synthd/verification'] = verification_told,
  ['synthd/status'] = status_told,
  ['synthd/search'] = search.take,
  ['window/showMessage'] = message_told,
}

-- Neovim would answer that it applied an edit to a buffer that is newer than the edit, and print a
-- message for each edit. A refusal comes after the changes that it is about, so that the server can
-- look at them and try again.
local function apply_edit(told, context)
  for _, change in ipairs(told.edit.documentChanges or {}) do
    local about = change.textDocument
    local client = client_of(context)
    local bufnr = about and client and server.buffer(client, about.uri)
    local version = about and about.version
    if bufnr and type(version) == 'number' and vim.lsp.util.buf_versions[bufnr] > version then
      server.flush(client, bufnr)
      return { applied = false, failureReason = 'the buffer has changed' }
    end
  end
  local quiet = vim.tbl_extend('force', told, { label = false })
  return vim.lsp.handlers['workspace/applyEdit'](nil, quiet, context)
end

M.requests = {
  ['workspace/applyEdit'] = apply_edit,
  ['window/showMessageRequest'] = questions.choose,
  ['window/showDocument'] = function(told)
    return { success = pages.show(told) }
  end,
  ['workspace/codeLens/refresh'] = function(_, context)
    lenses.refresh_all(client_of(context), context)
    return vim.NIL
  end,
}

function M.gone(client_id)
  for _, job in ipairs(jobs.forget(client_id)) do
    preview.withdraw(job)
    search.changed(job)
  end
  status.forget(client_id)
end

return M

-- Accepting, rejecting and cancelling jobs. That an edit stands, and is verified, is never said
-- here: Neovim answers that it applied an edit that it refused, so the server compares the buffer
-- and tells by synthd/job.

local jobs = require('synthd.jobs')
local say = require('synthd.say')
local server = require('synthd.server')

local M = {}

local function ask(job, command, more, answered)
  local client = vim.lsp.get_client_by_id(job.client_id)
  if not client then
    return say.error('the server of this job is gone')
  end
  local argument = vim.tbl_extend('error', { job = job.id }, more or {})
  server.ask(client, command, argument, answered, server.buffer(client, job.uri))
end

-- partial: the best program of an unsolved job, which stays labelled as unsolved.
function M.accept(job, partial)
  ask(job, 'synthd.accept', partial and { partial = true } or nil, function(answer)
    if answer.accepted ~= true then
      say.warn(answer.message or (jobs.name(job) .. ' could not be accepted'))
    end
  end)
end

function M.reject(job)
  ask(job, 'synthd.reject', nil, function(answer)
    if answer.rejected ~= true then
      say.warn(('%s: there is nothing to reject'):format(jobs.name(job)))
    end
  end)
end

function M.cancel(job)
  ask(job, 'synthd.cancel', nil, function(answer)
    if answer.cancelled ~= true then
      say.warn(('%s: too late to cancel'):format(jobs.name(job)))
    end
  end)
end

return M

-- A clarifying question of a search: programs that pass every example disagree about a call.

local idle = require('synthd.idle')
local jobs = require('synthd.jobs')
local options = require('synthd.options')
local say = require('synthd.say')
local search = require('synthd.search')
local server = require('synthd.server')

local M = {}

local function answer(job, question, value)
  local client = vim.lsp.get_client_by_id(job.client_id)
  if not client or job.question ~= question then
    return say.warn('that question is no longer open')
  end
  local told = { job = job.id, question = question.question, value = value }
  server.ask(client, 'synthd.answer', told, function(said)
    if said.answered == true then
      job.question = job.question ~= question and job.question or nil
      require('synthd.handlers').changed(job)
    else
      say.warn('the search did not wait for that answer')
    end
  end, server.buffer(client, job.uri))
end

local function type_in(job, question)
  vim.ui.input({ prompt = question.call .. ' should be: ' }, function(text)
    if text and vim.trim(text) ~= '' then
      answer(job, question, vim.trim(text))
    end
  end)
end

-- Leaving the list without a choice leaves the question for later.
function M.show(job)
  local question = job.question
  local items = vim.deepcopy(question.choices)
  table.insert(items, { label = 'something else …', own = true })
  table.insert(items, { label = 'leave it open', value = vim.NIL })
  vim.ui.select(items, {
    prompt = question.text,
    kind = 'synthd.question',
    format_item = function(item)
      return item.label
    end,
  }, function(item)
    if item and item.own then
      type_in(job, question)
    elseif item then
      answer(job, question, item.value)
    end
  end)
end

function M.offer(job, bufnr)
  local question = job.question
  local function wanted()
    return job.question == question and vim.api.nvim_buf_is_valid(bufnr)
  end
  local shown = options.get('open')
    and bufnr
    and idle.when(search.looks(job, bufnr), job.asked_at or 0, wanted, function()
      M.show(job)
    end)
  if not shown then
    say.info(('%s asks about %s: :Synthd answer'):format(jobs.name(job), question.call))
  end
end

local function always()
  return true
end

-- window/showMessageRequest, as Neovim's own but not in the middle of somebody's typing. To be
-- called in a coroutine, as Neovim does.
function M.choose(told)
  local asker = coroutine.running()
  local shown = idle.when(nil, 0, always, function()
    vim.ui.select(told.actions or {}, {
      prompt = told.message,
      kind = 'synthd.message',
      format_item = function(action)
        return action.title
      end,
    }, function(action)
      vim.schedule(function() -- not before the asker waits
        coroutine.resume(asker, action or vim.NIL)
      end)
    end)
  end)
  if not shown then
    say.info(told.message)
  end
  return coroutine.yield()
end

return M

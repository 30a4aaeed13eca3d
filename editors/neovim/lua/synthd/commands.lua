-- What :Synthd can do. Each entry: run(words, bang) and, where it takes words, complete(begun).

local decide = require('synthd.decide')
local idle = require('synthd.idle')
local jobs = require('synthd.jobs')
local marks = require('synthd.marks')
local models = require('synthd.models')
local pages = require('synthd.pages')
local pick = require('synthd.pick')
local preview = require('synthd.preview')
local questions = require('synthd.questions')
local say = require('synthd.say')
local search = require('synthd.search')
local server = require('synthd.server')
local status = require('synthd.status')
local words = require('synthd.words')

local M = {}

local STARTS = { ['synthd.synthesize'] = true, ['synthd.repair'] = true }

local function in_state(...)
  local states = { ... }
  return function(job)
    return vim.list_contains(states, job.state)
  end
end

local function asking(job)
  return job.question ~= nil
end

local function ids(fits)
  return function()
    return vim.tbl_map(function(job)
      return job.id
    end, jobs.list(fits))
  end
end

local function settings(words)
  local given = {}
  for _, word in ipairs(words) do
    local name, value = word:match('^(%a+)=(.+)$')
    if not vim.list_contains({ 'strategy', 'model', 'wish' }, name) then
      say.error(('%s: write strategy=…, model=… or wish=…'):format(word))
      return nil
    end
    given[name] = value
  end
  return given
end

local function begin(client, command, target, bufnr)
  idle.watch()
  local asked_at = idle.now()
  local mark, name = marks.remember(bufnr, target.position.line)
  server.ask(client, command, target, function(answer)
    local job = jobs.know(answer.job, target.textDocument.uri, client.id)
    job.asked_at, job.asked_mark = asked_at, mark
    if job['function'] == '' then
      job['function'] = name -- until the server names it
    end
    require('synthd.handlers').changed(job)
  end, bufnr)
end

local function start(command)
  return function(words)
    local client = server.here()
    local given = client and settings(words)
    if given then
      local target = vim.tbl_extend('error', server.position(client), given)
      begin(client, command, target, vim.api.nvim_get_current_buf())
    end
  end
end

local function at_position(command)
  return function()
    local client = server.here()
    if not client then
      return
    end
    server.ask(client, command, server.position(client), function(answer)
      if type(answer.message) == 'string' then
        say.info(answer.message)
      end
    end)
  end
end

local function verify(_, bang)
  local client = server.here()
  if client then
    local target = server.position(client)
    target.position = not bang and target.position or nil
    server.ask(client, 'synthd.verify', target)
  end
end

local function describe()
  local bufnr = vim.api.nvim_get_current_buf()
  local client = server.any(bufnr)
  if not client then
    return say.error('no server runs; see :checkhealth synthd')
  elseif not server.of(bufnr) then
    return say.page(status.describe(client))
  end
  server.ask(client, 'synthd.forecast', server.position(client), function(forecast)
    say.page(status.describe(client, forecast))
  end)
end

-- What one does with a job depends on its state.
local function act_on(job)
  if job.question then
    questions.show(job)
  elseif job.state == 'ready' then
    preview.open(job)
  elseif job.state == 'running' then
    local choices = { 'let it run', 'show its search', 'cancel it' }
    vim.ui.select(choices, { prompt = words.short(jobs.label(job)) }, function(choice)
      if choice == 'show its search' then
        search.show(job)
      elseif choice == 'cancel it' then
        decide.cancel(job)
      end
    end)
  else
    say.info(jobs.label(job))
  end
end

local function list_jobs()
  local found = jobs.list()
  if #found == 0 then
    return say.info('no jobs here yet; `synthd jobs list` in a shell has those of all editors')
  end
  pick.among(found, 'Jobs of this Neovim:', act_on)
end

-- Where several fit, the one of the function under the cursor, else the newest.
local function show_search(words)
  pick.newest(words[1], 'no search yet: :Synthd synthesize', search.show)
end

local function complete_settings(begun)
  local name = begun:match('^(%a+)=')
  if name then
    return models.names(name)
  end
  return { 'strategy=', 'model=', 'wish=' }
end

M.all = {
  synthesize = { run = start('synthd.synthesize'), complete = complete_settings },
  repair = { run = start('synthd.repair'), complete = complete_settings },
  verify = { run = verify },
  cancel = {
    run = function(words)
      pick.one(words[1], in_state('running'), 'nothing runs', 'Cancel:', decide.cancel)
    end,
    complete = ids(in_state('running')),
  },
  accept = {
    run = function(words, bang)
      local fits = bang and in_state('unsolved') or in_state('ready')
      pick.one(words[1], fits, 'no edit waits', 'Accept:', function(job)
        decide.accept(job, bang)
      end)
    end,
    complete = ids(in_state('ready')),
  },
  reject = {
    run = function(words)
      pick.one(words[1], in_state('ready'), 'no edit waits', 'Reject:', decide.reject)
    end,
    complete = ids(in_state('ready')),
  },
  preview = {
    run = function(words)
      pick.one(words[1], in_state('ready'), 'no edit waits', 'Preview:', function(job)
        if job.preview then
          preview.open(job)
        else
          say.info(jobs.label(job))
        end
      end)
    end,
    complete = ids(in_state('ready')),
  },
  answer = {
    run = function(words)
      pick.one(words[1], asking, 'no search asks', 'Answer:', questions.show)
    end,
    complete = ids(asking),
  },
  status = { run = describe },
  jobs = { run = list_jobs },
  log = { run = pages.log },
  model = {
    run = function(words)
      models.pick('model', words[1])
    end,
    complete = function()
      return models.names('model', true)
    end,
  },
  strategy = {
    run = function(words)
      models.pick('strategy', words[1])
    end,
    complete = function()
      return models.names('strategy', true)
    end,
  },
  search = { run = show_search, complete = ids() },
  certificate = { run = at_position('synthd.showCertificate') },
  explain = { run = at_position('synthd.explain') },
}

-- A code lens or code action of the server's: as if it had been asked for by :Synthd, so that its
-- answer is shown and its job known.
function M.of_lens(command, context)
  local client = vim.lsp.get_client_by_id(context.client_id)
  local argument = (command.arguments or {})[1]
  if not client then
    return
  elseif STARTS[command.command] and argument and argument.position then
    return begin(client, command.command, argument, context.bufnr)
  end
  server.ask(client, command.command, argument, function(answer)
    if type(answer.message) == 'string' and answer.accepted ~= true then
      say.info(answer.message)
    end
  end, context.bufnr)
end

function M.run(given)
  local name = given.fargs[1] or 'status'
  local command = M.all[name]
  if not command then
    return say.error(('there is no :Synthd %s; press <Tab> after :Synthd'):format(name))
  end
  command.run(vim.list_slice(given.fargs, 2), given.bang)
end

function M.complete(begun, line)
  local words = vim.split(vim.trim(line:gsub('^.-Synthd!?', '', 1)), '%s+')
  local found
  if #words <= 1 and (words[1] == '' or begun ~= '') then
    found = vim.tbl_keys(M.all)
  else
    local command = M.all[words[1]]
    found = command and command.complete and command.complete(begun) or {}
  end
  table.sort(found)
  return vim.tbl_filter(function(word)
    return vim.startswith(word, begun)
  end, found)
end

return M

-- Drives one scenario in a real Neovim and prints what happened as one JSON line, the last of stdout.
-- The scenario comes as JSON in $SCENARIO:
--   plugin, server (a command line), file, line (0-based), patience (ms)
--   gate        a file to create once the job runs, where the server waits for one
--   type_when   when to type into the buffer: 'before' (right before asking),
--               'running' (before the gate opens),
--               'crossing' (when the edit arrives, before Neovim has told the server of the typing),
--               'preparing' (the same, at the empty edit that precedes one to a buffer of version 0)
--   edit_first  change the buffer before asking, so that its version is not 0

local scenario = vim.json.decode(vim.env.SCENARIO)
local seen = { states = {}, progress = {}, messages = {} }

local function finish(failure)
  seen.failure = failure
  io.stdout:write('\n' .. vim.json.encode(seen) .. '\n')
  for _, client in ipairs(vim.lsp.get_clients()) do
    client:stop()
  end
  vim.wait(10000, function()
    return #vim.lsp.get_clients() == 0
  end, 20)
  vim.cmd('qall!')
end

local function lines()
  return vim.api.nvim_buf_get_lines(0, 0, -1, false)
end

local function type_at_top()
  vim.api.nvim_buf_set_lines(0, 1, 1, false, { '# typed meanwhile' })
  seen.typed = lines()
end

local function run()
  vim.opt.runtimepath:append(scenario.plugin)
  vim.cmd.runtime('plugin/synthd.lua')
  vim.opt.swapfile = false
  local notify = vim.notify
  vim.notify = function(message, ...)
    table.insert(seen.messages, message)
    return notify(message, ...)
  end
  local told = vim.lsp.config.synthd.handlers['synthd/job']
  vim.lsp.config('synthd', {
    cmd = scenario.server,
    handlers = {
      ['synthd/job'] = function(problem, job, ...)
        table.insert(seen.states, job.state)
        seen.job = job
        return told(problem, job, ...)
      end,
      ['window/showMessage'] = function(_, shown)
        table.insert(seen.messages, shown.message)
      end,
    },
  })
  vim.api.nvim_create_autocmd('LspProgress', {
    callback = function(event)
      table.insert(seen.progress, event.data.params.value.kind)
    end,
  })
  if scenario.type_when == 'crossing' or scenario.type_when == 'preparing' then
    local apply = vim.lsp.handlers['workspace/applyEdit']
    vim.lsp.handlers['workspace/applyEdit'] = function(problem, params, ...)
      local empty = params.edit.documentChanges[1].edits[1].newText == ''
      if empty == (scenario.type_when == 'preparing') then
        type_at_top()
      end
      return apply(problem, params, ...)
    end
  end
  vim.lsp.enable('synthd')
  vim.cmd.edit(scenario.file)
  vim.bo.filetype = 'python'
  seen.before = lines()
  local attached = vim.wait(scenario.patience, function()
    local client = vim.lsp.get_clients({ bufnr = 0, name = 'synthd' })[1]
    return client and client.initialized
  end, 20)
  if not attached then
    return finish('the server did not attach')
  end
  if scenario.edit_first then
    local counted = vim.wait(scenario.patience, function()
      vim.cmd.normal({ 'ggOx', bang = true })
      vim.cmd('silent undo')
      return vim.lsp.util.buf_versions[vim.api.nvim_get_current_buf()] > 0
    end, 50)
    if not counted then
      return finish('the version stays 0')
    end
  end
  vim.api.nvim_win_set_cursor(0, { scenario.line + 1, 0 })
  if scenario.type_when == 'before' then
    type_at_top()
  end
  vim.cmd('Synthesize')
  vim.wait(scenario.patience, function()
    return #seen.states > 0
  end, 20)
  if scenario.type_when == 'running' then
    type_at_top()
  end
  if scenario.gate then
    vim.fn.writefile({}, scenario.gate)
  end
  local over = vim.wait(scenario.patience, function()
    local state = seen.states[#seen.states]
    return state and state ~= 'running' and state ~= 'applying'
  end, 20)
  seen.after = lines()
  if not over then
    return finish('the job did not end')
  end
  vim.cmd('silent! undo')
  seen.undone = lines()
  finish()
end

local fine, problem = xpcall(run, debug.traceback)
if not fine then
  finish(problem)
end

-- :Synthesize works on the function under the cursor; :Synthesize! cancels what is running.

local function client()
  local found = vim.lsp.get_clients({ bufnr = 0, name = 'synthd' })[1]
  if not found then
    vim.notify("synthd is not attached to this buffer; see ':checkhealth vim.lsp'", vim.log.levels.ERROR)
  end
  return found
end

local function ask(synthd, command, arguments, answered)
  synthd:request('workspace/executeCommand', { command = command, arguments = arguments }, function(problem, answer)
    if problem then
      vim.notify('synthd: ' .. problem.message, vim.log.levels.ERROR)
    elseif answered then
      answered(answer)
    end
  end, vim.api.nvim_get_current_buf()) -- not 0: Neovim 0.11 would not send pending changes first
end

vim.api.nvim_create_user_command('Synthesize', function(given)
  local synthd = client()
  if not synthd then
    return
  end
  if not given.bang then
    local place = vim.lsp.util.make_position_params(0, synthd.offset_encoding)
    return ask(synthd, 'synthd.synthesize', { place })
  end
  ask(synthd, 'synthd.jobs', {}, function(answer)
    for _, job in ipairs(answer.jobs) do
      if job.state == 'running' then
        ask(synthd, 'synthd.cancel', { { job = job.id } })
      end
    end
  end)
end, { bang = true, desc = 'Synthesize the function under the cursor; with !, cancel' })

-- Configuration of the synthd language server, for vim.lsp.enable('synthd') (Neovim 0.11 and later).

-- What became of a job goes to the message line; the edit itself is the server's business.
local function told(_, job)
  if job.state == 'verified' then
    vim.notify(('synthd: %s [%s]'):format(job.message, job.grade))
  elseif job.state == 'cancelled' then
    vim.notify('synthd: cancelled')
  end
end

return {
  cmd = { 'synthd', 'lsp' },
  filetypes = { 'python' },
  root_markers = { 'synthd.toml', 'pyproject.toml', '.git' },
  -- synthd runs generated code (in a sandbox). Set this to false for directories you do not trust.
  init_options = { trusted = true },
  handlers = { ['synthd/job'] = told },
}

-- :Synthd, its <Plug> keys and colours. The server itself is enabled by vim.lsp.enable('synthd').

if vim.g.loaded_synthd then
  return
end
vim.g.loaded_synthd = true

vim.api.nvim_create_user_command('Synthd', function(given)
  require('synthd.commands').run(given)
end, {
  nargs = '*',
  bang = true,
  desc = 'Verified code for the function under the cursor',
  complete = function(...)
    return require('synthd.commands').complete(...)
  end,
})

for _, name in ipairs({
  'synthesize', 'repair', 'verify', 'cancel', 'accept', 'reject', 'preview', 'answer',
  'jobs', 'model', 'strategy', 'search', 'certificate', 'explain',
}) do
  vim.keymap.set('n', ('<Plug>(synthd-%s)'):format(name), function()
    require('synthd').run(name)
  end, { desc = 'synthd: ' .. name })
end

local group = vim.api.nvim_create_augroup('synthd', {})

vim.api.nvim_create_autocmd('LspAttach', {
  group = group,
  callback = function(event)
    local client = vim.lsp.get_client_by_id(event.data.client_id)
    if client and client.name == 'synthd' then
      require('synthd.words').highlight()
      require('synthd.lenses').attach(event.buf)
    end
  end,
})

vim.api.nvim_create_autocmd('LspDetach', {
  group = group,
  callback = function(event)
    local client = vim.lsp.get_client_by_id(event.data.client_id)
    if client and client.name == 'synthd' then
      require('synthd.marks').clear(event.buf)
    end
  end,
})

/* Starts Swagger UI on the contract that this server serves. Nothing is asked of any other host:
 * validatorUrl would send the contract away to be checked. */
const plainLinks = ({ React }) => ({
  /* a link inside of the button that opens an operation cannot be reached by keyboard: plain text instead */
  components: { DeepLink: ({ text }) => React.createElement('span', null, text) },
});

window.ui = SwaggerUIBundle({
  url: '/openapi.json',
  dom_id: '#reference',
  deepLinking: true,
  docExpansion: 'none', /* hundreds of operations: what is open is drawn */
  defaultModelsExpandDepth: 0,
  validatorUrl: null,
  plugins: [plainLinks],
  syntaxHighlight: { theme: 'monokai' },
});

/* Lists of values get their parameter's name, and examples that scroll the keyboard's focus. */
new MutationObserver(() => {
  for (const list of document.querySelectorAll('tr[data-param-name] select:not([aria-label])'))
    list.setAttribute('aria-label', list.closest('tr').dataset.paramName);
  for (const example of document.querySelectorAll('.microlight:not([tabindex])')) example.tabIndex = 0;
}).observe(document.getElementById('reference'), { childList: true, subtree: true });

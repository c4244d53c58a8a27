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

/* Dark where the reader's system is. */
const dark = matchMedia('(prefers-color-scheme: dark)');
const follow = () => document.documentElement.classList.toggle('dark-mode', dark.matches);
dark.addEventListener('change', follow);
follow();

/* A demonstration says so: each of its records names that as its source. */
fetch('/v1/organisations?limit=1').then((answer) => answer.json()).then(({ items }) => {
  document.getElementById('demonstration').hidden = !items[0]?.sources.includes('Demonstration data');
}, () => {});

/* Lists of values get their parameter's name, and examples that scroll the keyboard's focus. */
new MutationObserver(() => {
  for (const list of document.querySelectorAll('tr[data-param-name] select:not([aria-label])'))
    list.setAttribute('aria-label', list.closest('tr').dataset.paramName);
  document.getElementById('servers')?.setAttribute('aria-label', 'Server');
  for (const example of document.querySelectorAll('.microlight:not([tabindex])')) example.tabIndex = 0;
}).observe(document.getElementById('reference'), { childList: true, subtree: true });

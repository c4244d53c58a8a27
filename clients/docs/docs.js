/* Starts Swagger UI on the contract that this server serves. Nothing is asked of any other host:
 * validatorUrl would send the contract away to be checked. */
const plainLinks = ({ React }) => ({
  /* a link inside of the button that opens an operation cannot be reached by keyboard: plain text instead */
  components: { DeepLink: ({ text }) => React.createElement('span', null, text) },
});

/* Finds operations by words in their method, path, summary, operationId or tag, each in any of them; tags stand open meanwhile. */
const finding = ({ React: { createElement, useEffect, useState }, getSystem }) => {
  const known = new Map();
  const wordsOf = (each, tag) => {
    const place = `${each.get('method')} ${each.get('path')}`;
    if (!known.has(place)) {
      const { summary, operationId } = each.get('operation').toObject();
      known.set(place, [place, summary, operationId, tag].join(' ').toLowerCase());
    }
    return known.get(place);
  };
  const isFinding = () => typeof getSystem().layoutSelectors.currentFilter() === 'string';
  const keyOf = (thing) => (thing[0] === 'operations-tag' && isFinding() ? ['found', ...thing.slice(1)] : thing);
  const Find = ({ layoutActions, specSelectors }) => {
    const [text, write] = useState('');
    useEffect(() => {
      const typed = setTimeout(() => layoutActions.updateFilter(text.trim() || true), 250);
      return () => clearTimeout(typed);
    }, [text]);
    const count = specSelectors.taggedOperations().reduce((sum, tag) => sum + tag.get('operations').size, 0);
    const found = count ? `${count} ${count === 1 ? 'operation' : 'operations'}` : 'No operation has all these words.';
    return createElement('div', { className: 'find wrapper', role: 'search' },
      createElement('label', { htmlFor: 'find' }, 'Find an operation by words in its method, path, summary or operationId'),
      createElement('input', {
        id: 'find', type: 'search', autoComplete: 'off', spellCheck: false, value: text, onChange: ({ target }) => write(target.value),
      }),
      createElement('p', { role: 'status' }, found));
  };
  return {
    components: { FilterContainer: Find },
    fn: {
      opsFilter: (tags, text) => {
        const wanted = text.toLowerCase().split(/\s+/);
        const has = (each, name) => wanted.every((word) => wordsOf(each, name).includes(word));
        return tags.map((tag, name) => tag.update('operations', (all) => all.filter((each) => has(each, name)))).filter((tag) => tag.get('operations').size);
      },
    },
    statePlugins: {
      layout: {
        wrapSelectors: { isShown: (isShown) => (_, thing, initial) => isShown(keyOf(thing), keyOf(thing) === thing ? initial : true) },
        wrapActions: { show: (show) => (thing, ...shown) => show(keyOf(thing), ...shown) },
      },
    },
  };
};

/* What the contract says of an operation besides, above its responses: samples, of this server, and the rules that can refuse it. */
const extensions = ({ React: { createElement, Fragment }, getSystem }) => {
  const section = (title, ...content) => createElement('div', { className: 'opblock-section of-contract' },
    createElement('div', { className: 'opblock-section-header' }, createElement('h4', null, title)), ...content);
  const sample = ({ lang, source }) => createElement('details', { key: lang, open: lang === 'curl' },
    createElement('summary', null, lang),
    createElement('pre', { tabIndex: 0, 'aria-label': `${lang} sample` }, source.replaceAll('https://api.example.org', location.origin)));
  const problem = (rule) => createElement('li', { key: rule }, createElement('a', { href: `/problems/${rule}` }, rule));
  return {
    wrapComponents: {
      responses: (Responses) => (props) => {
        const operation = getSystem().specSelectors.specJson().getIn(['paths', props.path, props.method]).toJS();
        return createElement(Fragment, null,
          section('Samples', operation['x-codeSamples'].map(sample)),
          operation['x-problems'] && section('Rules that can refuse it', createElement('ul', null, operation['x-problems'].map(problem))),
          createElement(Responses, props));
      },
    },
  };
};

/* Follows the references of what is shown, which lead to components of the same document alone: the library would visit the whole
 * document before the first operation is seen, for seconds. A schema that contains itself stays a reference there. */
const references = () => {
  const resolved = (document, node, above = []) => {
    if (!node || typeof node !== 'object') return node;
    if (Array.isArray(node)) return node.map((each) => resolved(document, each, above));
    const { $ref, ...rest } = node;
    if (typeof $ref !== 'string' || above.includes($ref))
      return Object.fromEntries(Object.entries(node).map(([key, value]) => [key, resolved(document, value, above)]));
    const found = $ref.split('/').slice(1).reduce((place, key) => place[key], document);
    return { ...resolved(document, found, [...above, $ref]), ...resolved(document, rest, above), $$ref: `${location.origin}/openapi.json${$ref}` };
  };
  return {
    fn: {
      resolveSubtree: async (document, path) =>
        ({ errors: [], spec: resolved(document, path.reduce((place, key) => place?.[key], document)) }),
    },
  };
};

window.ui = SwaggerUIBundle({
  url: '/openapi.json',
  dom_id: '#reference',
  deepLinking: true,
  docExpansion: 'none', /* hundreds of operations: what is open is drawn */
  filter: true,
  defaultModelsExpandDepth: 0,
  validatorUrl: null,
  plugins: [plainLinks, finding, extensions, references],
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

/* The one file a website names: <script type="module" src="…/web/scip.js"></script> */
import { Documents } from './documents.js'
import { Events } from './events.js'
import { Headline } from './headline.js'
import { HubList, HubMap } from './hubs.js'
import { Metrics } from './metrics.js'

const elements = {
  'scip-documents': Documents, 'scip-events': Events, 'scip-headline': Headline, 'scip-hub-list': HubList, 'scip-hub-map': HubMap, 'scip-metrics': Metrics,
}
/* a theme and a plugin may both bring this script: the first one stays */
for (const [name, element] of Object.entries(elements)) if (!customElements.get(name)) customElements.define(name, element)
for (const { localName } of document.querySelectorAll(':not(:defined)'))
  if (localName.startsWith('scip-')) console.warn(`<${localName}> is no element of ${import.meta.url}: there are ${Object.keys(elements).join(', ')}`)

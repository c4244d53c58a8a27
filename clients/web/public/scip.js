/* The one file a website names: <script type="module" src="…/web/scip.js"></script> */
import { Documents } from './documents.js'
import { Events } from './events.js'
import { Headline } from './headline.js'
import { HubList } from './hub-list.js'
import { HubMap } from './hub-map.js'
import { Metrics } from './metrics.js'

customElements.define('scip-documents', Documents)
customElements.define('scip-events', Events)
customElements.define('scip-headline', Headline)
customElements.define('scip-hub-list', HubList)
customElements.define('scip-hub-map', HubMap)
customElements.define('scip-metrics', Metrics)
